# What the private host's programs share. Sourced with `set -euo pipefail`.
# Files of a host, all under $state, all gone when it ends:
#   door    locked while somebody starts or ends the host
#   users   locked shared by each user for as long as it uses the host
#   keeper  locked by the keeper for its whole life; holds its process id
#   init    process id (seen from outside) of the host's first process
#   ready   not empty once libvirtd answers
#   log     what keeper, first process and daemons say
# shellcheck shell=bash disable=SC2034

lib=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
name=${BULKHEAD_HOST:-default}
case $name in
*[!a-zA-Z0-9_-]*) echo "test-host: BULKHEAD_HOST may hold letters, digits, - and _ only" >&2; exit 125 ;;
esac
hosts=/run/bulkhead-host
if [ ! -w /run ] && [ -n "${XDG_RUNTIME_DIR-}" ]; then hosts=$XDG_RUNTIME_DIR/bulkhead-host; fi
state=$hosts/$name
# Inside a host, this file holds the host's name.
inside=/run/bulkhead-host.inside
timeout=${BULKHEAD_HOST_TIMEOUT:-30}
deadline=$((SECONDS + timeout))

die() {
    echo "test-host: $*" >&2
    exit 125
}

seconds_left() { echo $((deadline > SECONDS ? deadline - SECONDS : 0)); }

check_deadline() { [ "$SECONDS" -lt "$deadline" ] || { show_log; die "$1 ($timeout s)"; }; }

# Waits without a process of its own: nobody ever writes to the descriptor.
pause() {
    [ -n "${silent_fd-}" ] || exec {silent_fd}<> <(:)
    read -r -t "$1" -u "$silent_fd" || true
}

# A lock says it best: a process id may be another's by now.
keeper_alive() {
    [ -e "$state/keeper" ] || return 1
    ! flock -n "$state/keeper" true 2>/dev/null
}

in_host() { nsenter --target "$(cat "$state/init")" --mount --net --pid -- "$@"; }

show_log() { [ ! -s "$state/log" ] || tail -n 40 "$state/log" >&2; }

remove_state() {
    rm -rf "$state"
    rmdir "$hosts" 2>/dev/null || true
}
