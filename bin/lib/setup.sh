# What Bulkhead's entry scripts need done first: packages, build, guest image. Sourced with
# `set -euo pipefail` after `base` was set to the repository's root. Says everything on stderr.
# shellcheck shell=bash disable=SC2154

# Everything that building and running need beside Swift itself, and most tests.
packages="qemu-system-x86 qemu-utils libvirt-daemon-system libvirt-clients libvirt-dev libssh2-1-dev libsqlite3-dev
pkg-config dnsmasq-base iptables ebtables nftables iproute2 util-linux e2fsprogs cpio lz4 zstd xz-utils
ca-certificates dropbear-bin openssh-client debootstrap jq curl"
# What the tests alone need. OpenSSH's server is not installed where its package would start it.
test_packages="busybox-static libarchive-tools libxml2-utils genisoimage zookeeper python3-pip"
[ -d /run/systemd/system ] || test_packages+=" openssh-server"
image=${BULKHEAD_IMAGE_DIR:-/var/cache/bulkhead/images/default}
stamps=$base/.build

tell() { echo "bulkhead: $*" >&2; }

fail() {
    tell "$@"
    exit 125
}

missing_packages() {
    local name status installed
    # shellcheck disable=SC2086
    installed=$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' $packages 2>/dev/null || true)
    for name in $packages; do
        case $'\n'$installed$'\n' in *$'\n'"$name installed"$'\n'*) ;; *) printf '%s ' "$name" ;; esac
    done
}

# Installing starts no service of ours; apt waits for another apt, with a deadline.
install_packages() {
    local missing apt
    apt="apt-get -q -y -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3"
    command -v dpkg-query >/dev/null && command -v apt-get >/dev/null ||
        fail "this is no Debian or Ubuntu system; install the equivalents of: ${packages//$'\n'/ }"
    missing=$(missing_packages)
    [ -n "$missing" ] || return 0
    if [ "${BULKHEAD_NO_INSTALL:-0}" = 1 ]; then
        fail "missing packages: $missing; install them with: apt-get update && apt-get install -y --no-install-recommends $missing"
    fi
    [ "$(id -u)" = 0 ] ||
        fail "missing packages: $missing; install them as root: apt-get update && apt-get install -y --no-install-recommends $missing"
    tell "installing $missing"
    export DEBIAN_FRONTEND=noninteractive
    $apt update >&2 || tell "apt-get update failed; going on with the lists as they are"
    # shellcheck disable=SC2086
    $apt install --no-install-recommends $missing </dev/null >&2 || fail "could not install $missing"
}

# Asks dpkg only when something was installed or removed since the last time, or the list changed.
# Arguments: further packages.
ensure_packages() {
    local packages="$packages $*" stamp=$stamps/packages${1:+-$1}
    if [ "$stamp" -nt /var/lib/dpkg/status ] && [ "$stamp" -nt "$base/bin/lib/setup.sh" ]; then return; fi
    install_packages
    mkdir -p "$stamps"
    touch "$stamp"
}

# Runs a step that may take long: seen on a terminal, else silent unless it fails.
quietly() {
    local log
    tell "$1"
    shift
    if [ -t 2 ]; then "$@" >&2; return; fi
    log=$(mktemp)
    if "$@" >"$log" 2>&1; then rm -f "$log"; return; fi
    cat "$log" >&2
    rm -f "$log"
    return 1
}

# A release of Mesos, whose schema and master ours is tested against. Without it those tests are skipped.
ensure_mesos() {
    local setup=$base/../shared/mesos-master/setup cache=${MESOS_CACHE:-/tmp/mesos-1.11.0-pypi}
    [ -x "$setup" ] || return 0
    if [ "${BULKHEAD_NO_INSTALL:-0}" = 1 ] && [ ! -e "$cache/libmesos.so" ]; then return; fi
    export MESOS_CACHE=$cache
    quietly "making Mesos 1.11 ready" "$setup" || tell "no Mesos 1.11; the tests against it are skipped"
}

# SwiftPM takes seconds to find that nothing changed; find takes milliseconds. The stamp carries the
# time at which the build began, so that a change made meanwhile counts.
ensure_built() {
    local stamp=$stamps/built-$1 say=$2 inputs="Package.swift Package.resolved Sources templates"
    [ "$1" != debug ] || inputs+=" Tests"
    shift 2
    # shellcheck disable=SC2086
    if [ -e "$stamp" ] && [ -z "$(cd "$base" && find $inputs -newer "$stamp" -print -quit 2>/dev/null)" ]; then
        return
    fi
    command -v swift >/dev/null || fail "no swift on PATH; Swift 6.3 is needed (https://www.swift.org/install/linux/)"
    mkdir -p "$stamps"
    touch "$stamp.new.$$"
    quietly "$say" swift build --package-path "$base" "$@" || fail "the build failed"
    mv "$stamp.new.$$" "$stamp"
}

ensure_image() {
    if [ -s "$image/manifest.json" ] &&
        [ -z "$(find "$base/templates/guest" "$base/bin/lib/guest" -newer "$image/manifest.json" -print -quit)" ]; then
        return
    fi
    quietly "making the default guest" "$base/bin/guest-image" --output "$image" || fail "the default guest could not be made"
    touch "$image/manifest.json" 2>/dev/null || true
}
