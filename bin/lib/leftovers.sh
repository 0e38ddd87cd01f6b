# What a private host or a test may have left outside. Sourced by bin/test.
# shellcheck shell=bash

# One line for each outside thing that is ours by its name.
snapshot() {
    local file
    for file in /run/bulkhead* /var/lib/bulkhead/*; do
        [ ! -e "$file" ] || echo "file $file"
    done
    find /sys/fs/cgroup -type d -name 'bulkhead-*' -printf 'cgroup %p\n' 2>/dev/null || true
    awk '/bulkhead/ { print "mount " $5 }' /proc/self/mountinfo
}

# Processes that still live in one of the given namespaces.
inhabitants() {
    local link process
    [ -s "$1" ] || return 0
    for link in /proc/[0-9]*/ns/{mnt,net,pid}; do
        if readlink "$link" 2>/dev/null | grep -qxFf "$1"; then
            process=${link%/ns/*}
            echo "process ${process#/proc/} ($(tr '\0' ' ' <"$process/cmdline" 2>/dev/null | cut -c 1-120))"
        fi
    done | sort -u
}

# Names what is new since the snapshot, other users' private hosts excepted, and what is in the tests' own
# temporary directory, `swift test`'s own files there excepted; true when there is nothing.
leftovers() {
    local found
    found=$({
        snapshot | grep -vxFf "$1" | grep -F -e "$BULKHEAD_HOST" -e 'file /var/lib/' || true
        inhabitants "$2"
        find "$3" -mindepth 1 -maxdepth 1 ! -name '*.lock' ! -name 'TemporaryDirectory.*' -printf 'file %p\n'
    })
    [ -n "$found" ] || return 0
    printf 'the tests left behind:\n%s\n' "$found" >&2
    return 1
}
