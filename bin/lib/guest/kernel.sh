# From the kernel's packages: the uncompressed kernel, and the modules in loading order.
# shellcheck shell=bash

# Modules that the way to SSH needs, and those that can follow; built-in ones are left out by themselves.
modules_first="qemu_fw_cfg virtio_pci virtio_net virtio_blk"
modules_later="pvpanic_mmio virtio_rng virtio_balloon"

# An unsigned number of the file, little end first, in the machine's order (x86).
number() { od -A n -t "u$3" -j "$2" -N "$3" "$1" | tr -d ' '; }

# Unpacks by the first bytes; a compressed kernel is followed by four bytes with its size.
expand() {
    case $(od -A n -t x1 -N 4 "$1" | tr -d ' ') in
    7f454c46) cat "$1" ;;
    1f8b*) gzip -dc "$1" ;;
    28b52ffd) head -c -4 "$1" | zstd -dcq ;;
    02214c18) head -c -4 "$1" | lz4 -dcq ;;
    fd377a58) head -c -4 "$1" | xz -dc --single-stream ;;
    *) echo "guest-image: the kernel is compressed in an unknown way" >&2; return 1 ;;
    esac
}

# vmlinux out of a bzImage (Documentation/arch/x86/boot.rst: setup_sects, payload_offset and _length).
# Its PVH note lets QEMU start it directly, which spares the guest the unpacking.
extract_kernel() {
    local image=$1 setup offset length
    setup=$(number "$image" $((0x1f1)) 1)
    offset=$(($(number "$image" $((0x248)) 4) + (setup + 1) * 512))
    length=$(number "$image" $((0x24c)) 4)
    tail -c "+$((offset + 1))" "$image" | head -c "$length" >"$2.packed" || true
    expand "$2.packed" >"$2"
    rm "$2.packed"
    [ "$(number "$2" 0 4)" = 1179403647 ] || { echo "guest-image: no ELF kernel in $image" >&2; return 1; }
}

# The file of a module; names differ in - and _. Nothing for a built-in one.
module_file() {
    find "$1" -regextype posix-extended -regex ".*/$(echo "$2" | sed 's/[-_]/[-_]/g')\.ko(\.(xz|zst|gz))?"
}

built_in() { sed 's/-/_/g' "$1/modules.builtin" | grep -q "/$(echo "$2" | sed 's/-/_/g')\.ko$"; }

expand_module() {
    case $1 in
    *.xz) xz -dc "$1" ;;
    *.zst) zstd -dcq "$1" ;;
    *.gz) gzip -dc "$1" ;;
    *) cat "$1" ;;
    esac
}

# Copies a module and, before it, all that it needs; appends each to the list once.
add_module() {
    local tree=$1 name=$2 target=$3 list=$4 file need
    if [ -e "$target/$name.ko" ]; then return; fi
    file=$(module_file "$tree" "$name")
    if [ -z "$file" ]; then
        built_in "$tree" "$name" || { echo "guest-image: the kernel has no module $name" >&2; return 1; }
        return 0
    fi
    expand_module "$file" >"$target/$name.ko"
    for need in $(tr '\0' '\n' <"$target/$name.ko" | sed -n 's/^depends=//p' | tr ',-' ' _'); do
        add_module "$tree" "$need" "$target" "$list"
    done
    echo "$name.ko" >>"$list"
}

# All modules under their names with _, and the lists `first` and `later` that init reads.
add_modules() {
    local tree=$1 target=$2 name
    mkdir -p "$target"
    : >"$target/first"
    : >"$target/later"
    for name in $modules_first; do add_module "$tree" "$name" "$target" "$target/first"; done
    for name in $modules_later; do add_module "$tree" "$name" "$target" "$target/later"; done
}
