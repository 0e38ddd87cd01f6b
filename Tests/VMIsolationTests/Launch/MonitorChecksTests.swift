import Foundation
import Glibc
import Isolation
import TestSupport
import Testing

@testable import VMIsolation

@Suite struct MonitorChecksTests {
    private let directory = TemporaryDirectory()

    private func check(
        _ name: String, models: String = "", user: Int = 64055, configuration: String = "", libraries: mode_t = 0o711
    ) throws
        -> Check
    {
        let capabilities = """
            <host>\(models)<secmodel>
              <model>dac</model><doi>0</doi><baselabel type='qemu'>+\(user):+107</baselabel></secmodel></host>
            """
        let file = try directory.file("qemu.conf", Array(configuration.utf8))
        let reach = MonitorOwner.Reach(libraries: directory.path)
        try #require(chmod(directory.path, libraries) == 0)
        let checks = MonitorChecks(
            capabilities: capabilities, configuration: file, acceleration: .tcg, reach: reach
        ).all
        return try #require(checks.first { $0.name == name })
    }

    @Test func theSecurityDriverIsNamed() throws {
        let models = "<secmodel>\n<model>apparmor</model>\n<doi>0</doi></secmodel>"
        let found = try check("security driver", models: models)
        #expect(found.verdict == .ok && found.evidence == "apparmor")
        for none in ["", "<secmodel><model>none</model></secmodel>"] {
            #expect(try check("security driver", models: none).verdict == .warning)
        }
    }

    @Test(arguments: [
        ("", Check.Verdict.ok), ("#seccomp_sandbox = 0\n", .ok), ("seccomp_sandbox = 1\n", .ok),
        ("max_files = 1\nseccomp_sandbox = 0\n", .failure), ("  seccomp_sandbox=0 # for a trial", .failure),
    ])
    func aFilterThatIsOffFails(_ configuration: String, _ verdict: Check.Verdict) throws {
        #expect(try check("monitor's filter", configuration: configuration).verdict == verdict)
    }

    /// A machine's own user is none of root's, whatever libvirt's would be.
    @Test func rootIsRefusedWhereMachinesHaveNoUsersOfTheirOwn() throws {
        #expect(try check("machines' users").verdict == .ok)
        #expect(try check("machines' users", user: 0).verdict == .ok)
        #expect(try check("machines' users", libraries: 0o700).verdict == .warning)
        #expect(try check("machines' users", user: 0, libraries: 0o700).verdict == .failure)
    }
}
