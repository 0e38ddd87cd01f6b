import Foundation
import Glibc
import TestSupport
import Testing

/// The agent as a user of its own, in the group that may use libvirt, with no capability but the network's. docs/privileges.md
@Suite(
    .serialized, .onLibvirt,
    .enabled(
        if: geteuid() == 0 && getgrnam("libvirt") != nil && access("/usr/bin/setpriv", X_OK) == 0,
        "needs root, setpriv and a group libvirt"))
struct OwnUserTests {
    private let trial = AgentTrial(isolation: "vm")
    private static let user: uid_t = 65534
    private var home: String { trial.directory.path }

    /// Programs, templates and an image where such a user can reach them.
    private func furnish() async throws {
        let files = FileManager.default
        for place in ["cache/images", "bin", "work"] {
            try files.createDirectory(atPath: "\(home)/\(place)", withIntermediateDirectories: true)
        }
        // By another process: what this one has open to write, a child of its own may hold for a moment, and it cannot be run.
        let executor = Repository.path + "/.build/bulkhead-executor-static"
        for (program, name) in [
            (AgentTrial.programs + "/bulkhead-agent", "bulkhead-agent"), (executor, "bulkhead-executor"),
        ] {
            let words = ["/bin/cp", program, "\(home)/bin/\(name)"].map { Array($0.utf8) }
            try #require(try await RunningProgram(words, environment: []).wait(within: .seconds(60)) == 0)
        }
        try files.copyItem(atPath: Repository.path + "/templates", toPath: home + "/templates")
        try files.createSymbolicLink(
            atPath: home + "/cache/images/default", withDestinationPath: "/var/cache/bulkhead/images/default")
        for place in ["", "/cache", "/cache/images", "/work"] {
            try #require(chown(home + place, Self.user, Self.user) == 0 && chmod(home + place, 0o711) == 0)
        }
    }

    private func start() async throws -> RunningAgent {
        let group = try #require(getgrnam("libvirt")).pointee.gr_gid
        let words = [
            "/usr/bin/setpriv", "--reuid=\(Self.user)", "--regid=\(Self.user)", "--groups=\(group)", "--no-new-privs",
            "--inh-caps=-all,+net_admin", "--ambient-caps=-all,+net_admin", "--bounding-set=-all,+net_admin",
            home + "/bin/bulkhead-agent", "--work_dir=\(trial.work)",
            "--isolation=vm", "--port=0", "--executor_registration_timeout=5mins",
        ]
        let environment = [
            "HOME=\(home)", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "BULKHEAD_CACHE_DIR=\(home)/cache",
            "BULKHEAD_TEMPLATES_DIR=\(home)/templates",
        ]
        let program = try RunningProgram(words.map { Array($0.utf8) }, environment: environment.map { Array($0.utf8) })
        try await program.awaitError("serving", within: .seconds(60))
        let word = try #require(
            program.errorText.split(whereSeparator: \.isWhitespace).last { $0.hasPrefix("address=") })
        return RunningAgent(program: program, address: String(word.dropFirst("address=".count)))
    }

    private func owners(_ paths: [String]) -> [uid_t?] {
        paths.map { path in
            var status = stat()
            return stat(path, &status) == 0 ? status.st_uid : nil
        }
    }

    @Test(.timeLimit(.minutes(5))) func machinesTakeNoRights() async throws {
        try await furnish()
        let first = try await start()
        let script = "echo up; cd /sandbox; echo one >file; until [ -e end ]; do sleep 0.1; done; exit 6"
        _ = try await trial.submit(first, ["--name", "one", "--mem", "160", "--", "sh", "-c", script])
        try await trial.says("up\n", "one", first)
        let container = try await trial.container(first, "one")
        let number = try String(contentsOfFile: "/run/libvirt/qemu/bulkhead-\(container).pid", encoding: .utf8)
        let monitor = "/proc/" + number.trimmingCharacters(in: .whitespacesAndNewlines)
        let image = ["vmlinux", "initrd"].map { "/var/cache/bulkhead/images/default/" + $0 }
        // One of its own, which owns neither the image nor the disk.
        let user = try #require(owners([monitor])[0])
        #expect(user >= 0x7000_0000)
        #expect(owners(image) == [0, 0])
        #expect(owners([trial.work + "/containers/\(container)/scratch.raw"]) == [Self.user])
        #expect(try await trial.bulkhead(first, ["update", "one", "--mem", "128"]).status == 0)
        #expect(try await trial.bulkhead(first, ["files", "one", "file"]).output == "one\n")
        first.program.signal(SIGKILL)
        _ = try await first.program.wait(within: .seconds(60))

        let second = try await start()
        #expect(try await trial.bulkhead(second, ["exec", "one", "--", "touch", "/sandbox/end"]).status == 0)
        #expect(try await trial.bulkhead(second, ["wait", "one"]).status == 6)
        try await eventually("its container's end", within: .seconds(30)) {
            try FileManager.default.contentsOfDirectory(atPath: trial.work + "/containers").isEmpty ? true : nil
        }
        let console = try await second.file("/sandboxes/\(container)/console.log")
        #expect(console.status == 200 && !console.body.isEmpty, "libvirt makes the console's file root's: \(console)")
        try await trial.sweep(second)
    }
}
