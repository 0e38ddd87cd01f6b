# Which Debian or Ubuntu packages the guest is made of, and how they are fetched; nothing is installed.
# shellcheck shell=bash

# Kernels to choose from, the best first: the first that apt offers is taken.
kernels="linux-image-cloud-amd64 linux-image-virtual linux-image-amd64"

# "name=version" for each package that apt offers, with the version that it would take.
candidates() {
    LC_ALL=C apt-cache policy "$@" 2>/dev/null |
        awk '/^[^ ]/ { sub(":$", ""); name = $0 } /^  Candidate: / && $2 != "(none)" { print name "=" $2 }'
}

# A package and all that it needs; recommended ones are left out.
closure() {
    LC_ALL=C apt-cache depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks \
        --no-replaces --no-enhances "$@" | grep '^[a-z0-9]' | grep -v ':i386$' | LC_ALL=C sort -u
}

choose_kernel() {
    local meta offered
    offered=$(candidates ${1:-$kernels})
    for meta in ${1:-$kernels}; do
        case $offered in *"$meta="*) echo "$meta"; return ;; esac
    done
}

# The packages with the kernel and its modules; of what else they need a guest has no use.
kernel_packages() { closure "$1" | grep -E '^linux-(image|modules)-[^ ]*[0-9]\.[0-9]' | grep -v -e -extra -e -dbg; }

# One "name=version" a line, in a fixed order. libtomcrypt-dev is there for its headers; nothing of it is in the guest.
package_list() {
    local meta
    meta=$(choose_kernel "$1")
    [ -n "$meta" ] || return 1
    # shellcheck disable=SC2046
    candidates $(kernel_packages "$meta") busybox-static libtomcrypt-dev $(closure dropbear-bin)
}

# Downloads into the directory and unpacks into its `root`.
fetch_packages() {
    local dir=$1 deb
    shift
    mkdir -p "$dir/debs" "$dir/root"
    (cd "$dir/debs" && apt-get -q -q -o APT::Sandbox::User= download "$@" >&2)
    for deb in "$dir/debs"/*.deb; do dpkg -x "$deb" "$dir/root"; done
}
