import Foundation
import Testing

extension HostTests {
    /// A system as distributions ship it, which sets itself up by cloud-init from our seed; bin/debian-image makes it.
    @Suite(.bench) struct StockImageTests {
        private static let isThere = FileManager.default.fileExists(
            atPath: "/var/cache/bulkhead/images/debian/manifest.json")

        @Test(.enabled(if: isThere, "there is no image “debian”: bin/debian-image makes it"))
        func aStockImageSetsItselfUp() async throws {
            let run = try await bench().run(
                ["--image", "debian", "--mem", "512", "--disk", "300", "--user", "nobody"],
                shell:
                    "hostname; cat /etc/machine-id; . /etc/os-release; echo $ID; stat -f -c %T /sandbox; kill -KILL $$",
                environment: ["BULKHEAD_BUDGET_LEASE": "300"], within: .seconds(1200))
            let lines = run.lines
            let report = try run.report
            #expect(run.status == 137 && report.outcome == "signalled", "\(run)")
            #expect(run.commandErrors.isEmpty, "neither the shell nor su says anything of it: \(run)")
            #expect(lines.count == 4 && lines.first == report.name && lines.dropFirst(2).first == "debian", "\(lines)")
            #expect(lines.dropFirst().first?.count == 32)
            #expect(report.stages.contains { $0.stage == "cloudInit" })
        }
    }
}
