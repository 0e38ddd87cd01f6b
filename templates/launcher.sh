#!/bin/sh
# Runs one command for container {{container}} and leaves proof of how it ended.
# Every value in here was quoted for the shell when this file was made. Few processes: under emulation each costs.
umask 022
dir=/run/bulkhead
user={{user}}
workdir={{workdir}}

# A user may be given by number, which the tools below do not take.
case $user in *[!0-9]*) ;; *)
    while IFS=: read -r name _ number _; do
        [ "$number" != "$user" ] || user=$name
    done </etc/passwd
    ;;
esac

# How many processes the guest's kernel has killed for want of memory. `read` takes a byte at a time, and thrice as long.
count_killed() { killed=$(awk '$1 == "oom_kill" { print $2 }' /proc/vmstat); }

# Leaves the result, which names a number that only this launch knows.
finish() {
    count_killed
    # The file system says that it is full a few blocks before it is.
    full=0
    if [ "$1" != 0 ]; then
        left=$(stat -f -c %a /sandbox)
        [ "${left:-16}" -ge 16 ] || full=1
    fi
    printf 'nonce=%s\nstatus=%s\noom=%s\nfull=%s\nerror=%s\n' {{nonce}} "$1" "$((killed - before))" "$full" "${2-}" >"$dir/result"
    exit "$1"
}

# Scratch space: our own guest has mounted it by now, a stock image has not.
mount_scratch() {
    while read -r _ where _; do [ "$where" != /sandbox ] || return 0; done </proc/mounts
    [ -d /sandbox ] || mkdir /sandbox
    for serial in /sys/block/vd*/serial; do
        name=
        [ ! -f "$serial" ] || read -r name <"$serial"
        [ "$name" = scratch ] || continue
        disk=${serial%/serial}
        mount "/dev/${disk##*/}" /sandbox
    done
}

# Runs the command as its user and in its directory.
task() {
    {{^terminal}}
    echo $$ >"$dir/pid"
    {{/terminal}}
    command={{command}}
    export command
    ulimit -c 0
    [ ! -w /proc/self/oom_score_adj ] || echo 500 >/proc/self/oom_score_adj
    set -- {{#arguments}}{{argument}} {{/arguments}}
    # `env` takes what the shell could not export, and would take such a command's name for a variable.
    if [ -n "{{#environment}}x{{/environment}}" ]; then
        case $command in *=*) set -- sh -c 'exec "$@"' sh "$@" ;; esac
        set -- env -- {{#environment}}{{variable}} {{/environment}}"$@"
    fi
    set -- "$workdir" "$@"
    inner='cd -- "$1" || exit 125
shift
command -v -- "$command" >/dev/null || { echo "bulkhead: commandNotFound: $command" >&2; exit 127; }
unset command
exec "$@"'
    if [ "$user" = root ]; then
        export HOME=/root USER=root
        eval "$inner"
    fi
    # A `su` that stays as the command's parent has words for its end, too.
    exec su -s /bin/sh -c "exec 2>&3 3>&-
$inner" -- "$user" sh "$@" 3>&2 2>/dev/null
}
if [ "${1-}" = task ]; then task; fi

# Whoever is told twice to run it runs it once.
mkdir -m 700 "$dir" || exit 125
count_killed
before=$killed
mount_scratch
[ "$user" = root ] || id -u "$user" >/dev/null 2>&1 || finish 125 user
[ -d "$workdir" ] || mkdir -p "$workdir" || finish 125 workdir
# In front, so that no signal is ignored in it. What this shell has to say of the command's end ("Killed") is nobody's
# output; it would say it where a simple command's own redirection leads, so the command is redirected in a subshell.
exec 3>&2 2>/dev/null
{{#spool}}
# Nobody may be there to take the output: it goes to files, which are followed from outside.
mkdir -m 700 /sandbox/.bulkhead
echo $$ >"$dir/launcher"
exec </dev/null >/sandbox/.bulkhead/stdout 3>/sandbox/.bulkhead/stderr
{{/spool}}
trap : HUP INT QUIT TERM
{{#terminal}}
echo $$ >"$dir/pid"
(task) 2>&3 3>&-
{{/terminal}}
{{^terminal}}
# In a group of its own, which signals are sent to from outside. Our own guest has a better program for it.
apart=bulkhead-task
command -v $apart >/dev/null || apart=setsid
(exec $apart sh "$0" task) 2>&3 3>&-
{{/terminal}}
finish $?
