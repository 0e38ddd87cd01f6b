# What the crash test looks for in its private host when all containers have ended. Sourced by kills.
# shellcheck shell=bash

virsh() { command virsh -q -c qemu:///system "$@"; }

# A machine that is not ours: whatever happens, it stays as it is.
define_foreign() {
    cat >"$work/foreign.xml" <<'END'
<domain type="qemu">
  <name>bulkhead-not-ours</name>
  <memory unit="MiB">16</memory>
  <os><type arch="x86_64" machine="q35">hvm</type></os>
  <devices><controller type="usb" model="none"/><memballoon model="none"/></devices>
</domain>
END
    virsh define "$work/foreign.xml" >/dev/null
    virsh start --paused bulkhead-not-ours >/dev/null
    foreign=$(foreign_facts)
}

foreign_facts() {
    virsh domuuid bulkhead-not-ours
    virsh domstate --reason bulkhead-not-ours
    echo "process $(cat /run/libvirt/qemu/bulkhead-not-ours.pid)"
}

# A lease goes when the DHCP server has read its release.
leases() {
    local try
    for try in 1 2 3 4 5 6 7 8 9 10; do
        [ -n "$(virsh net-dhcp-leases "$1")" ] || return 0
        sleep 0.3
    done
    virsh net-dhcp-leases "$1"
}

# Every process of this host, that is what runs, by its program.
monitors() {
    local exe
    for exe in /proc/[0-9]*/exe; do
        case $(readlink "$exe" 2>/dev/null) in
        *qemu-system*) tr '\0' ' ' <"${exe%/exe}/cmdline" | grep -v 'guest=bulkhead-not-ours,' | cut -c 1-120 || true ;;
        esac
    done
}

# Sockets, pid files and logs that libvirt keeps for a running machine.
runtime_files() {
    find /run/libvirt/qemu /var/lib/libvirt/qemu -name '*bulkhead-*' ! -name '*bulkhead-not-ours*' ! -path '*/dnsmasq/*' \
        ! -path '*/networks/*' ! -path '*/autostart/*'
}

nothing() {
    local what=$1 found=$2
    [ -z "$found" ] || finding "$what: $found"
}

# A daemon that is killed while it starts a machine forgets the directories and the pid file that it had made for it. The
# process, too, would be found above.
libvirts_own() {
    local files
    files=$(runtime_files)
    if [ "$libvirtd" = no ]; then nothing "libvirt's files are left" "$files"; return; fi
    nothing "libvirt's files are left" "$(grep -Ev '^/var/lib/libvirt/qemu/.*domain-|^/run/libvirt/qemu/[^/]*\.pid$' <<<"$files" || true)"
    [ -z "$files" ] || echo "note: libvirtd, killed, left of its own: $(tr '\n' ' ' <<<"$files")"
}

# - $1: the name of our network
leftovers() {
    nothing "domains are left" "$(virsh list --all --name | grep -v '^bulkhead-not-ours$' | grep . || true)"
    nothing "leases are left" "$(leases "$1" 2>&1)"
    nothing "machine monitors are left" "$(monitors)"
    libvirts_own
    nothing "addresses are taken" "$("$worker" "$work" taken)"
    nothing "the foreign domain changed" "$(foreign_facts | diff - <(echo "$foreign") || true)"
    virsh destroy bulkhead-not-ours >/dev/null && virsh undefine bulkhead-not-ours >/dev/null ||
        finding "the foreign domain cannot be ended"
}
