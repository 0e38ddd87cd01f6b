# The guest's files and the archive of them.
# shellcheck shell=bash

# A program and the libraries that it is linked to, asked of its own loader.
add_program() {
    local root=$1 guest=$2 program=$3 loader library libraries
    loader=$(find "$root" -type f -name 'ld-linux-x86-64.so.2' | head -n 1)
    libraries=$root/lib/x86_64-linux-gnu:$root/usr/lib/x86_64-linux-gnu
    mkdir -p "$guest/lib64" "$guest/lib/x86_64-linux-gnu"
    cp -L "$loader" "$guest/lib64/"
    cp "$root/$program" "$guest/bin/"
    "$loader" --library-path "$libraries" --list "$root/$program" | sed -n 's/.* => \(\/[^ ]*\).*/\1/p' |
        while read -r library; do
            case $library in
            "$root"/*) cp -L "$library" "$guest/lib/x86_64-linux-gnu/" ;;
            *) echo "guest-image: $program needs $library, which is in none of the packages" >&2; exit 1 ;;
            esac
        done
}

add_busybox() {
    local root=$1 guest=$2 applet busybox
    busybox=$(find "$root" -path '*/bin/busybox')
    cp "$busybox" "$guest/bin/busybox"
    for applet in $("$busybox" --list); do
        [ "$applet" = busybox ] || [ "$applet" = init ] || ln -s busybox "$guest/bin/$applet"
    done
}

compiler() { command -v clang || command -v cc || echo false; }

# Compiles one file for the guest: $1 is its tree, $2 the file there, the rest is the compiler's. What is left is linked to
# nothing but what the tree has.
compile() {
    local guest=$1 file=$1/$2 loaded
    shift 2
    if "$(compiler)" -O2 -s -D_GNU_SOURCE "$@" -o "$file"; then
        case " $* " in *" -static "*) return ;; esac
        loaded=$("$guest/lib64/ld-linux-x86-64.so.2" --inhibit-cache --library-path "$guest/lib/x86_64-linux-gnu" \
            --list "$file") &&
            ! sed -n 's/.* => \([^ ]*\).*/\1/p' <<<"$loaded" | grep -v "^$guest/" >&2 && return
    fi
    rm -f "$file"
    return 1
}

# Our own pieces of C, for speed alone: a guest without any of them does all the same. The library is made with the
# headers of the very one that the guest has, the programs need none; the one that starts each command needs no loader
# where the host has a static C library: loading takes longer than the rest of it. Swift's own clang will do.
add_compiled() {
    local root=$1 guest=$2 own=$3
    compile "$guest" lib/dropbear-fast.so -I "$root/usr/include" -fPIC -shared "$own"/dropbear-*.c ||
        echo "guest-image: dropbear-fast.so cannot be compiled: transfers will be slower" >&2
    compile "$guest" bin/bulkhead-relay "$own/relay.c" ||
        echo "guest-image: relay.c cannot be compiled: transfers will be slower" >&2
    compile "$guest" bin/bulkhead-task -static "$own/task.c" || compile "$guest" bin/bulkhead-task "$own/task.c" ||
        echo "guest-image: task.c cannot be compiled: launches and transfers will be slower" >&2
}

# $1: unpacked packages; $2: an empty directory; $3: our own files.
make_tree() {
    local root=$1 guest=$2 own=$3
    mkdir -p "$guest"/{bin,etc/dropbear,lib/modules,lib64,proc,sys,dev,run,tmp,sandbox,root/.ssh,var/log,home}
    ln -s bin "$guest/sbin"
    ln -s ../run "$guest/var/run"
    add_busybox "$root" "$guest"
    add_program "$root" "$guest" usr/sbin/dropbear
    add_compiled "$root" "$guest" "$own"
    add_modules "$(dirname "$(find "$root" -name modules.builtin | head -n 1)")" "$guest/lib/modules"
    cp "$own/init" "$guest/init"
    cp -r "$own/etc/." "$guest/etc/"
    find "$guest" -type d -exec chmod 0755 {} +
    find "$guest" -type f -exec chmod 0644 {} +
    chmod 0700 "$guest/root" "$guest/root/.ssh" "$guest/etc/dropbear"
    chmod 0755 "$guest/init" "$guest"/bin/* "$guest"/lib64/* "$guest/etc/udhcpc.sh"
}

# One entry without content of a newc archive: NAME MODE USER MAJOR MINOR. The archive can then be
# made by anyone, for cpio would need root to have a device node or somebody else's directory.
archive_entry() {
    local length=$((${#1} + 1)) pad
    pad=$(((4 - (110 + length) % 4) % 4))
    printf '070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%s\0' \
        0 "$2" "$3" "$3" 1 0 0 0 0 "$4" "$5" "$length" 0 "$1"
    head -c "$pad" /dev/zero
}

# The same tree gives the same bytes: sorted names, fixed times and owners. Archives add up.
make_archive() {
    find "$1" -exec touch -h -d @0 {} +
    archive_entry . 0040755 0 0 0
    archive_entry home 0040755 0 0 0
    archive_entry dev 0040755 0 0 0
    archive_entry home/task 0040755 1000 0 0
    archive_entry dev/console 0020600 0 5 1
    (cd "$1" && find . -mindepth 1 | sed 's|^\./||' | LC_ALL=C sort | cpio --quiet --reproducible -o -H newc -R 0:0)
}
