#!/bin/sh
# An external launcher for Bulkhead: each container in mount, process, network, IPC and host name namespaces of its own.
#   bulkhead run --isolation=external:/path/to/unshare.sh …
# Inside there are no processes but its own, no network but loopback, and a /tmp of its own; `/sandbox` is /tmp/sandbox.
# The host's other files are seen as they are: this is an example of the protocol (docs/external-launcher.md), and no
# prison for root. Needs root, util-linux and jq.
set -eu
request=$(cat)

field() { printf '%s' "$request" | jq -r "$1 // empty"; }

# The container's first process, as the host numbers it: everything in there dies with it.
first_process() {
    pid=$(cat "$state/pid")
    init=$(cat "/proc/$pid/task/$pid/children")
    init=${init%% *}
    [ -n "$init" ]
}

inside() { nsenter --target "$init" --mount --pid --net --ipc --uts "$@"; }

# When a process was started, nothing for a dead one: a file keeps it, as numbers are used again.
started() { sed -n 's/.*) [^ZX] //p' "/proc/$1/stat" 2>/dev/null | cut -d ' ' -f 19; }
alive() { [ -f "$1/pid" ] && [ "$(started "$(cat "$1/pid")")" = "$(cat "$1/started" 2>/dev/null || echo none)" ]; }

start() {
    sandbox=$(field .container.sandbox)
    [ -n "$sandbox" ] || sandbox=$(field .container.directory)/sandbox
    mkdir -p "$state" "$sandbox"
    printf '%s' "$request" | jq -c .container >"$state/container.json"
    # A daemon must not keep our standard streams, nor be in our session: we may be killed when we are slow.
    # shellcheck disable=SC2016
    setsid unshare --fork --kill-child --pid --mount-proc --mount --net --ipc --uts sh -c '
        mount --bind "$1" /mnt && mount -t tmpfs -o mode=1777 tmp /tmp && mkdir /tmp/sandbox &&
            mount --move /mnt /tmp/sandbox && hostname "$2" && : >/tmp/.ready || exit
        ip link set lo up 2>/dev/null
        exec sleep infinity' sh "$sandbox" "$(field .container.name)" </dev/null >"$state/log" 2>&1 &
    started "$!" >"$state/started"
    echo "$!" >"$state/pid"
    tries=0
    until first_process 2>/dev/null && inside test -e /tmp/.ready 2>/dev/null; do
        tries=$((tries + 1))
        [ $tries -lt 200 ] && alive "$state" || { cat "$state/log" >&2; exit 1; }
        sleep 0.05
    done
}

run() {
    first_process
    directory=$(field .command.directory)
    case $directory in /sandbox | /sandbox/*) directory=/tmp$directory ;; esac
    [ "$(field .command.user)" = root ] || become="setpriv --reuid=$(field .command.user) --regid=$(id -g "$(field .command.user)") --init-groups --"
    # Quoted by jq for the shell, word by word.
    eval "set -- $(field '.command.arguments | @sh')"
    eval "set -- $(field '.command.environment | to_entries | map("\(.key)=\(.value)") | @sh') \"\$@\""
    # Who holds this lock waits for the command; `wait` waits for the lock.
    exec 9>"$state/lock"
    flock 9
    # Open before we are over: what comes in then finds a reader.
    exec 8<"$(field .stdin)"
    # shellcheck disable=SC2016,SC2086
    setsid sh -c '
        result=$1
        shift
        trap : HUP INT QUIT TERM
        # What this shell has to say of the end ("Killed") is not the command'"'"'s output.
        exec 3>&2 2>/dev/null
        (exec "$@") 2>&3 3>&- 9>&-
        status=$?
        [ -e "${result%/*}/stopped" ] || { echo "$status" >"$result.new" && mv "$result.new" "$result"; }' sh "$state/result" \
        nsenter --target "$init" --mount --pid --net --ipc --uts setsid sh -c '
        echo "$$" >/tmp/.command
        mkdir -p -- "$1" && cd -- "$1" || exit 125
        shift
        exec "$@"' sh "$directory" ${become-} env "$@" \
        <&8 8<&- >>"$(field .stdout)" 2>>"$(field .stderr)" &
}

answer_wait() {
    exec 9<"$state/lock"
    flock 9
    [ -f "$state/result" ] || { echo '{"failed": "it was stopped, or its supervisor killed"}'; return; }
    status=$(cat "$state/result")
    if [ "$status" -gt 128 ]; then echo "{\"signalled\": $((status - 128))}"; else echo "{\"exited\": $status}"; fi
}

stop() {
    [ -d "$state" ] || return 0
    # From here on, how the command ends is not its own doing.
    : >"$state/stopped"
    if alive "$state"; then kill -9 "$(cat "$state/pid")" 2>/dev/null || :; fi
    tries=0
    while alive "$state"; do
        tries=$((tries + 1))
        [ $tries -lt 200 ] || exit 1
        sleep 0.05
    done
    # The command's supervisor ends with it.
    if [ -f "$state/lock" ]; then flock -w 10 "$state/lock" true; fi
    rm -rf "$state"
}

list() {
    for state in "$(field .containers)"/*/unshare; do
        [ -f "$state/container.json" ] || continue
        running=false
        if alive "$state"; then running=true; fi
        jq -c "{id, name, owner, running: $running}" "$state/container.json"
    done | jq -cs '{containers: .}'
}

state=$(field .container.directory)/unshare
case $1 in
    describe) echo '{"protocol": 1, "operations": ["signal"]}' ;;
    start) start ;;
    run) run ;;
    wait) answer_wait ;;
    signal)
        first_process
        inside sh -c "kill -$(field .signal) -\$(cat /tmp/.command)"
        ;;
    stop) stop ;;
    list) list ;;
    *)
        echo "unshare.sh: no operation $1" >&2
        exit 2
        ;;
esac
