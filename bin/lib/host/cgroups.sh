# A cgroup subtree of the host's own, so that what its libvirtd makes meets nobody else's and can go
# with the host. Both cgroup versions, and both at once. Sourced by the keeper.
# shellcheck shell=bash

# The mount point of a version 1 hierarchy ("memory", "cpu,cpuacct"), or of version 2 ("").
cgroup_mount() {
    local _ point kind options
    while read -r _ point kind options _; do
        case "$1:$kind:,$options," in
        :cgroup2:*) echo "$point"; return ;;
        ?*:cgroup:*",$1,"*) echo "$point"; return ;;
        esac
    done </proc/mounts
}

# One directory a line: below our own place in version 1, below the root in version 2, where a cgroup
# with processes cannot pass controllers on.
cgroup_dirs() {
    local controllers path point
    while IFS=: read -r _ controllers path; do
        case $controllers in name=*) continue ;; esac
        point=$(cgroup_mount "$controllers")
        [ -n "$point" ] || continue
        if [ -z "$controllers" ]; then
            [ ! -s "$point/cgroup.controllers" ] || [ -z "$(cat "$point/cgroup.controllers")" ] || echo "$point/$1"
        else
            [ -d "$point$path" ] || path=""
            echo "$point${path%/}/$1"
        fi
    done </proc/self/cgroup
}

# cpuset (version 1) takes no process before it has processors and memory nodes.
cgroups_make() {
    local dir file
    cgroups_remove "$1"
    for dir in $(cgroup_dirs "$1"); do
        mkdir "$dir"
        for file in cpuset.cpus cpuset.mems; do
            if [ -e "$dir/cgroup.clone_children" ] && [ -e "$dir/$file" ]; then cat "$dir/../$file" >"$dir/$file"; fi
        done
    done
}

# Moves a process to the host's cgroups.
cgroups_enter() {
    local dir
    for dir in $(cgroup_dirs "$1"); do echo "$2" >"$dir/cgroup.procs"; done
}

# Moves a process back to the cgroups that the host's are in.
cgroups_leave() {
    local dir
    for dir in $(cgroup_dirs "$1"); do echo "$2" >"$dir/../cgroup.procs" || true; done
}

# Removes the subtree; processes that are just dying hold it for an instant.
cgroups_remove() {
    local dir end=$((SECONDS + 5))
    for dir in $(cgroup_dirs "$1"); do
        while [ -d "$dir" ]; do
            find "$dir" -depth -type d -exec rmdir {} \; 2>/dev/null || true
            [ -d "$dir" ] || break
            [ "$SECONDS" -lt "$end" ] || { echo "keeper: cannot remove $dir"; break; }
            pause 0.02
        done
    done
}
