import Isolation
import SSH

/// Where something is in a guest: its directory and its name there.
struct GuestPath {
    let split: (folder: String, name: String)

    /// - Parameter source: gives the name where the path ends with a slash.
    init(_ path: String, source: String) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: true).map(String.init)
        if path.hasSuffix("/") && path != source {
            split = ("/" + parts.joined(separator: "/"), source.split(separator: "/").last.map(String.init) ?? "files")
        } else {
            split = ("/" + parts.dropLast().joined(separator: "/"), parts.last ?? ".")
        }
    }
}

/// Commands of ours for a guest's shell, whichever shell root has.
enum GuestCommand {
    static func quoted(_ script: String) -> String { "exec sh -c \(ShellQuoting.quote(script))" }

    /// Runs a pipe with a `relay` in it, which passes bytes on and leaves their sum, which is printed to standard error
    /// where all went well. The first line of output says which sum. Our own guest has programs for it; elsewhere `tee`
    /// and `md5sum` do the same, many times slower under emulation with busybox, whose `tee` moves a kilobyte at a time.
    ///
    /// - Parameter pipe: puts its status in `s`; may use the file `$f.s`; what else is in it follows `$task`.
    static func summed(_ pipe: String) -> String {
        "if command -v bulkhead-relay >/dev/null; then echo words; task=$(command -v bulkhead-task); "
            + "relay() { $task bulkhead-relay $f; }; else echo md5; task=; "
            + "relay() { mkfifo -m 600 $f.p && { md5sum <$f.p >$f & tee $f.p; wait $!; }; }; fi; "
            + "f=$(mktemp /tmp/.bulkhead.XXXXXX) && { \(pipe); [ $s != 0 ] || cat $f >&2; rm -f $f $f.p $f.s; exit $s; }"
    }

    /// What an ext4 file system has of its own.
    static let lostAndFound = Array("lost+found".utf8)

    /// For ``summed(_:)``: a tree as an archive. What is to stay there is hidden from `tar`, which in our own guest
    /// cannot leave anything out itself.
    static func pack(_ name: String, without names: [String]) -> String {
        let hidden = #"for d; do [ ! -d "$top/$d" ] || mount -t tmpfs none "$top/$d" 2>/dev/null; done"#
        let script = #"top=$1; shift; \#(hidden); exec tar -cf - -- "$top""#
        let words = ([script, "sh", name] + names).map(ShellQuoting.quote).joined(separator: " ")
        return "$task unshare -m sh -c \(words)"
    }

    /// A pipe for ``summed(_:)`` that takes a tree as an archive, into the directory it is in.
    static let unpack = "relay | $task tar -xf -; s=$?"

    /// The same for one file's own bytes; they get their name when all are there.
    static func take(_ file: TarEntry) -> String {
        let name = ShellQuoting.quote(RawText.encode(file.path))
        return "p=./${f##*/}; umask 077; relay >$p && chmod \(String(file.mode, radix: 8)) $p "
            + "&& touch -d @\(file.modified) $p && rm -f -- \(name) && mv -f -- $p \(name); s=$?; rm -f $p"
    }

    /// Delivers a signal to the command's whole process group.
    static func signal(_ number: Int32) -> String {
        "read -r group <\(LauncherScript.processGroup) && kill -s \(number) -- -$group"
    }

    static func failure(_ what: String, _ why: String) -> BulkheadError {
        let said = why.split(whereSeparator: \.isNewline).map { ConsoleLog.printable($0) }.joined(separator: "; ")
        return BulkheadError(.copyFailed, what, said, remedy: "see that it exists, and the guest's free space")
    }
}
