# What benchmarks beside the real Mesos 1.11 have in common. Sourced with `set -euo pipefail` after `self` was set to the
# script's path and `base` to the repository's root.
# shellcheck shell=bash disable=SC2154

tools=$(readlink -m "$base/../shared/mesos-master")

# Arguments: a program that must be there, and what to do where it is not.
need() {
    if [ ! -x "$1" ]; then
        echo "$(basename "$self"): $1 is missing: $2" >&2
        exit 1
    fi
}

need_release() { for name in "$@"; do need "$base/.build/release/$name" "swift build -c release --product $name"; done; }

# Goes on in a private host. Outside, what Mesos needs is fetched and compiled, if need be, as there is no network inside.
# Arguments: the script's own.
enter_host() {
    if [ -e /run/bulkhead-host.inside ]; then return; fi
    need "$tools/setup" "this directory is to hold \`setup\`, which gets the real master and agent once, and \`start\`, which \
runs either: \`start master\` at port 5050, \`start agent\` at 5051, with Mesos' own flags. PyPI's mesos.scheduler 1.11.0 has \
both in its library"
    "$tools/setup" >/dev/null
    BULKHEAD_HOST=bench-$$ exec "$base/bin/test-host" run -- "$self" "$@"
}

# Runs one of the Python programs here. Its last argument is a directory of its own.
beside() {
    local program=$1
    shift
    work=$(mktemp -d)
    chmod 0711 "$work"
    trap 'rm -rf "$work"' EXIT
    python3 -B "$base/bin/lib/mesos/$program" "$@" "$work"
    rm -rf "$work"
}
