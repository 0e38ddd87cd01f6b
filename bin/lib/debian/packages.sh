# What the image is made of, asked of the machine's own apt.
# shellcheck shell=bash

# Beside the smallest Debian: what the stock cloud images boot, configure themselves and are reached with.
packages="linux-image-cloud-amd64 initramfs-tools zstd grub-pc-bin grub-common systemd-sysv dbus udev
cloud-init cloud-guest-utils netplan.io systemd-resolved openssh-server iproute2 tar"

# "name=version" for each package; fails unless apt offers them all.
package_versions() {
    # shellcheck disable=SC2086
    LC_ALL=C apt-cache policy $packages 2>/dev/null | awk -v wanted="$(echo $packages | wc -w)" '
        /^[^ ]/ { sub(":$", ""); name = $0 }
        /^  Candidate: / && $2 != "(none)" { print name "=" $2; found++ }
        END { exit found != wanted }'
}

# Suite and address of Debian itself, from the machine's own sources; nothing where it has none.
main_source() {
    local suite
    # shellcheck disable=SC1091
    suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
    # shellcheck disable=SC2016
    apt-get indextargets --format '$(CODENAME) $(COMPONENT) $(ORIGIN) $(REPO_URI)' 'Created-By: Packages' |
        awk -v suite="$suite" '$1 == suite && $2 == "main" && $3 == "Debian" && !found++ { print suite, $4 }'
}
