import Foundation
import HostIsolation
import Isolation
import IsolationTestSupport
import TestSupport
import Testing

@Suite struct ProcessContractTests {
    @Test(arguments: LauncherContract.Check.allCases)
    func keeps(_ check: LauncherContract.Check) async throws {
        let (directory, places) = try temporaryPlaces()
        let contract = LauncherContract(places: places, isolators: [ProcessGroupsIsolator()]) {
            ProcessLauncher(places: places, owner: "a test")
        }
        try await contract.run(check)
        try expectNothingLeft(directory, places)
    }
}
