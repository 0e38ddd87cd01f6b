import Foundation
import Isolation
import Subprocess

/// The disks of one guest, all in its own directory: scratch space, and for stock images an overlay and the seed.
struct GuestDisks {
    let directory: String
    let cache: String

    func make(for request: LaunchRequest, identity: GuestIdentity) async throws -> [DomainPlan.Disk] {
        let scratch = DomainPlan.Disk(
            target: request.image.setsItselfUp ? "vdb" : "vda", file: directory + "/scratch.raw", format: .raw,
            serial: "scratch")
        try await ScratchDisks(cache: cache + "/scratch").make(at: scratch.file, size: request.resources.disk)
        guard case .disk(let base, let format) = request.image.content else { return [scratch] }
        let seed = DomainPlan.Disk(
            target: "vdc", file: directory + "/seed.iso", format: .raw, serial: "seed", readOnly: true)
        try PrivateFile.write(try Seed.noCloud(identity), to: seed.file)
        return [try await overlay(over: base, format), scratch, seed]
    }

    /// Copy on write: the base is never written to, and its format is said, never probed.
    private func overlay(over base: String, _ format: DomainPlan.Disk.Format) async throws -> DomainPlan.Disk {
        let file = directory + "/root.qcow2"
        let result = try await Subprocess.run(
            .name("qemu-img"),
            arguments: [
                "create", "-q", "-f", "qcow2", "-b", base, "-F", format.rawValue, "-o", "lazy_refcounts=on", file,
            ],
            output: .discarded, error: .string(limit: 4096))
        guard result.terminationStatus.isSuccess else {
            throw BulkheadError(
                .toolFailed, "qemu-img create \(file)", result.standardError,
                remedy: "see that \(base) is readable and that there is space in \(directory)")
        }
        return DomainPlan.Disk(
            target: "vda", file: file, format: .qcow2, backing: .init(file: base, format: format), serial: "root")
    }
}
