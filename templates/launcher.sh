#!/bin/sh
# Runs one command for container {{container}} and leaves proof of how it ended.
# Every value in here was quoted for the shell when this file was made.
umask 022
dir=/run/bulkhead
nonce={{nonce}}
user={{user}}
workdir={{workdir}}

# The result is whole or not there at all: written aside, then renamed.
finish() {
    printf 'nonce=%s\nstatus=%s\noom=%s\nerror=%s\n' "$nonce" "$1" "$(($(killed) - before))" "${2-}" >"$dir/result.new"
    mv "$dir/result.new" "$dir/result"
    exit "$1"
}

# How many processes the guest's kernel has killed for want of memory.
killed() {
    while read -r key value; do
        [ "$key" = oom_kill ] && echo "$value" && return
    done </proc/vmstat
    echo 0
}
if [ "${1-}" != task ]; then before=$(killed)

# Scratch space: our own guest has mounted it by now, a stock image has not.
case $(cat /proc/mounts) in *" /sandbox "*) ;; *)
    mkdir -p /sandbox
    for disk in /sys/block/vd*; do
        [ -e "$disk/serial" ] && [ "$(cat "$disk/serial")" = scratch ] && mount "/dev/${disk##*/}" /sandbox
    done
    ;;
esac
id -u "$user" >/dev/null 2>&1 || finish 125 user
[ -d "$workdir" ] || mkdir -p "$workdir" || finish 125 workdir
fi

# Runs as the task's user, in its directory; `env` takes what the shell could not export.
inner='cd -- "$1" || exit 125
shift
command -v -- "$command" >/dev/null || { echo "bulkhead: commandNotFound: $command" >&2; exit 127; }
unset command
exec "$@"'
task() {
    ulimit -c 0
    [ -w /proc/self/oom_score_adj ] && echo 500 >/proc/self/oom_score_adj
    command={{command}}
    export command
    set -- "$workdir" env {{#environment}}{{variable}} {{/environment}}sh -c 'exec "$@"' sh {{#arguments}}{{argument}} {{/arguments}}
    if [ "$user" = root ]; then
        export HOME=/root USER=root
        exec sh -c "$inner" sh "$@"
    fi
    exec su -s /bin/sh -c "$inner" -- "$user" sh "$@"
}
{{#terminal}}
echo $$ >"$dir/pid"
trap : TERM HUP
(task)
finish $?
{{/terminal}}
{{^terminal}}
if [ "${1-}" = task ]; then task; fi
exec 3<&0
setsid sh "$0" task <&3 3<&- &
child=$!
exec 3<&-
echo "$child" >"$dir/pid"
# Signals go to the command's whole group; `wait` returns early for each of them.
for signal in HUP INT QUIT TERM USR1 USR2 PIPE; do
    trap "kill -s $signal -- -$child" "$signal"
done
while :; do
    wait "$child"
    status=$?
    kill -0 "$child" 2>/dev/null || break
done
finish "$status"
{{/terminal}}
