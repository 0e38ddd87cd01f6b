import Foundation
import Glibc
import HostIsolation
import Isolation
import TestSupport
import Testing

@testable import VMIsolation

@Suite struct MonitorOwnerTests {
    /// As libvirt 9.0 writes them.
    private static let models = """
        <capabilities><host><secmodel><model>apparmor</model><doi>0</doi><baselabel type='qemu'>+1:+2</baselabel></secmodel>
            <secmodel>
              <model>dac</model>
              <doi>0</doi>
              <baselabel type='kvm'>+64055:+107</baselabel>
              <baselabel type='qemu'>+64056:+108</baselabel>
            </secmodel>
        </host></capabilities>
        """

    @Test func theUserIsThatOfTheAcceleration() {
        #expect(MonitorOwner(capabilities: Self.models, .kvm)?.label == "+64055:+107")
        #expect(MonitorOwner(capabilities: Self.models, .tcg)?.label == "+64056:+108")
    }

    @Test(arguments: ["", "<secmodel><model>dac</model></secmodel>", models.replacing("dac", with: "none")])
    func whereNoneIsNamedNobodyGetsFiles(_ capabilities: String) {
        #expect(MonitorOwner(capabilities: capabilities, .tcg) == nil)
    }
}

/// A user of each machine's own.
@Suite struct MonitorOwnerAloneTests {
    private let directory = TemporaryDirectory()
    private let shared = MonitorOwner(user: 64055, group: 107)

    /// A host like this one, but for what is named.
    private func host(
        map: String = "0 0 4294967295", kvm: mode_t = 0o666, of group: gid_t = getegid(), libraries: mode_t = 0o711
    ) throws -> MonitorOwner.Reach {
        let reach = MonitorOwner.Reach(
            libraries: directory.path + "/qemu", kvm: try directory.file("kvm", [UInt8]()),
            users: try directory.file("uid_map", Array("         \(map)\n".utf8)))
        _ = mkdir(reach.libraries, 0o711)
        try #require(chmod(reach.kvm, kvm) == 0 && chmod(reach.libraries, libraries) == 0)
        try #require(chmod(directory.path, 0o711) == 0 && chown(reach.kvm, geteuid(), group) == 0)
        return reach
    }

    @Test func eachMachineHasAnother() throws {
        let reach = try host()
        let users = (0..<1000).compactMap { _ in shared.alone(for: UUID(), .tcg, reach) }
        #expect(users.allSatisfy { $0.group == 107 && 0x7000_0000..<0x7800_0000 ~= $0.user })
        #expect(Set(users).count > 990)
        let machine = UUID()
        #expect(shared.alone(for: machine, .tcg, reach) == shared.alone(for: machine, .kvm, reach))
        #expect(MonitorOwner(label: shared.label) == shared && MonitorOwner(label: "none") == nil)
    }

    @Test func whatIsInTheWayIsNamed() throws {
        func obstacle(_ reach: MonitorOwner.Reach, _ acceleration: DomainPlan.Acceleration = .tcg) -> String? {
            let why = shared.obstacle(acceleration, reach)
            #expect((why == nil) == (shared.alone(for: UUID(), acceleration, reach) != nil))
            return why
        }
        #expect(try obstacle(host()) == nil)
        #expect(try obstacle(host(), .kvm) == nil)
        #expect(try obstacle(host(map: "0 100000 65536"))?.contains("namespace") == true)
        #expect(try obstacle(host(libraries: 0o750))?.contains("chmod o+x \(directory.path)/qemu") == true)
        #expect(try obstacle(host(kvm: 0o600)) == nil)
        #expect(try obstacle(host(kvm: 0o600), .kvm)?.contains("may not open") == true)
    }

    /// Debian's `/dev/kvm` is open to one group alone.
    @Test(.enabled(if: geteuid() == 0, "needs root")) func theGroupIsTheOneThatOpensTheProcessor() throws {
        let reach = try host(kvm: 0o660, of: 999)
        #expect(shared.alone(for: UUID(), .kvm, reach)?.group == 999)
        #expect(shared.alone(for: UUID(), .tcg, reach)?.group == 107)
        let both = try host(kvm: 0o660, of: 999, libraries: 0o710)
        #expect(shared.alone(for: UUID(), .kvm, both) == nil)
    }

    @Test(.enabled(if: geteuid() == 0, "needs root")) func oneMoreUserMayUseAFile() throws {
        let file = try directory.file("seed", Array("key".utf8))
        #expect(chmod(file, 0o600) == 0 && chmod(directory.path, 0o711) == 0)
        let reader = try #require(shared.alone(for: UUID(), .tcg, host()))
        try #require(try reader.may(.read, file))
        var status = stat()
        #expect(stat(file, &status) == 0 && status.st_uid == 0)
        func asUser(_ user: uid_t, _ script: String) throws -> Int32 {
            let words = ["/usr/bin/setpriv", "--reuid=\(user)", "--regid=107", "--clear-groups", "sh", "-c", script]
            let process = Process()
            process.executableURL = URL(fileURLWithPath: words[0])
            process.arguments = Array(words.dropFirst())
            process.standardError = FileHandle.nullDevice
            try process.run()
            process.waitUntilExit()
            return process.terminationStatus
        }
        #expect(try asUser(reader.user, "[ \"$(cat \(file))\" = key ]") == 0)
        #expect(try asUser(reader.user, "echo other >\(file)") != 0)
        #expect(try asUser(reader.user + 1, "cat \(file)") != 0)
        // A list that lets it write, as one gives it who is not root.
        try #require(try AccessList(.readAndWrite, of: reader.user).set(on: file))
        #expect(try asUser(reader.user, "echo other >\(file)") == 0)
        #expect(try asUser(reader.user + 1, "cat \(file)") != 0)
    }
}
