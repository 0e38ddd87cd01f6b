# The image's description: what it is made of, and how it must be started.
# shellcheck shell=bash

# For both: no boot messages (each byte on the console costs time), one serial port, no keyboard
# probing, no self-tests of ciphers, and a stop, not a restart, after a panic, so that it is seen.
command_line="console=ttyS0 quiet cryptomgr.notests random.trust_cpu=on 8250.nr_uarts=1 i8042.noaux i8042.nomux i8042.nopnp i8042.dumbkbd reboot=t panic=0"
# Emulation only: its time source cannot be wrong, and its processor cannot be attacked by speculation.
# Under KVM the guest's own defences stay on.
command_line_tcg="$command_line mitigations=off tsc=reliable no_timer_check"
command_line_kvm="$command_line"

hash_of() { sha256sum "$1" | cut -d ' ' -f 1; }

packages_json() {
    sed -n 's/^\([^ =]*\)=\([^ ]*\)$/    "\1": "\2"/p' "$1" | sed '$!s/$/,/'
}

# $1: directory of the image; $2: kernel release; $3: digest of the inputs.
write_manifest() {
    local kernel initrd digest
    kernel=$(hash_of "$1/vmlinux")
    initrd=$(hash_of "$1/initrd")
    digest=$(printf '%s\n' "vmlinux $kernel" "initrd $initrd" "tcg $command_line_tcg" "kvm $command_line_kvm" | sha256sum)
    cat >"$1/manifest.json" <<END
{
  "name": "default",
  "kind": "kernel",
  "architecture": "x86_64",
  "digest": "sha256:${digest%% *}",
  "kernelRelease": "$2",
  "files": {
    "vmlinux": { "sha256": "$kernel", "size": $(stat -c %s "$1/vmlinux") },
    "initrd": { "sha256": "$initrd", "size": $(stat -c %s "$1/initrd") }
  },
  "commandLine": {
    "tcg": "$command_line_tcg",
    "kvm": "$command_line_kvm"
  },
  "machine": { "type": "q35", "loader": "/usr/share/qemu/qboot.rom", "loaderType": "rom", "tcgCPU": "Westmere,+rdrand" },
  "seed": { "fwCfg": "opt/org.bulkhead/seed", "format": "cpio-newc", "maximumBytes": 65536 },
  "packages": {
$(packages_json "$work/inputs")
  },
  "inputs": "$3"
}
END
}
