import Foundation
import HostIsolation
import Isolation
import IsolationTestSupport
import TestSupport
import Testing

/// The shipped example keeps the same promises as our own launchers.
@Suite(.enabled(if: UnshareExample.canRun, "needs root, unshare and jq"))
struct ExternalContractTests {
    @Test(arguments: LauncherContract.Check.allCases)
    func keeps(_ check: LauncherContract.Check) async throws {
        let (directory, places) = try temporaryPlaces()
        let contract = LauncherContract(places: places, canRunBeside: false) {
            try ExternalLauncher(program: UnshareExample.path, places: places, owner: "a test")
        }
        try await contract.run(check)
        try expectNothingLeft(directory, places)
    }
}

enum UnshareExample {
    static let path = Repository.path + "/templates/external/unshare.sh"

    static var canRun: Bool {
        let search = ["/usr/bin/", "/bin/"]
        return geteuid() == 0
            && ["jq", "unshare", "nsenter", "flock"].allSatisfy { tool in
                search.contains { FileManager.default.isExecutableFile(atPath: $0 + tool) }
            }
    }
}
