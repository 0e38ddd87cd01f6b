import Foundation
import Glibc
import Isolation

/// Images of one store, and on what they run: a kernel's command line differs with the acceleration.
struct ImageProvisioner: Provisioner {
    let images: ImageStore
    let acceleration: AccelerationPolicy

    init(images: ImageStore, acceleration: AccelerationPolicy) {
        self.images = images
        self.acceleration = acceleration
    }

    func provision(_ container: ContainerContext, _ plan: LaunchPlan) async throws -> LaunchPlan {
        var plan = plan
        let acceleration = try AccelerationProbe().choose(acceleration)
        let image = try images.image(container.config.image)
        container.clock.emulates(acceleration == .tcg)
        plan.acceleration = acceleration
        plan.setsItselfUp = image.setsItselfUp
        switch image.content {
        case .kernel(let kernel, let initrd, _):
            guard let line = image.commandLine(acceleration) else {
                throw BulkheadError(
                    .imageBroken, "image “\(image.name)”", "it has no kernel command line for \(acceleration.rawValue)",
                    remedy: "build it anew: bulkhead image build --force")
            }
            plan.boot = .kernel(kernel: kernel, initrd: try carrying(container, initrd), commandLine: line)
        case .disk(let file, let format):
            plan.boot = .disk
            plan.disks = [
                DomainPlan.Disk(target: "vda", file: file, format: format, serial: "root", readOnly: true)
            ]
        }
        return plan
    }

    /// An initial RAM disk with the container's programs behind it: the kernel unpacks one archive after the other.
    private func carrying(_ container: ContainerContext, _ initrd: String) throws -> String {
        guard let programs = container.config.programs else { return initrd }
        var archive = CPIOArchive()
        for program in programs {
            let words = program.guest.split(separator: "/")
            for count in 1..<max(1, words.count) { try archive.addDirectory(words[..<count].joined(separator: "/")) }
            try archive.addFile(words.joined(separator: "/"), mode: 0o755, try Self.bytes(program.host))
        }
        var bytes = try Self.bytes(initrd)
        bytes.pad(to: 512)
        bytes += archive.bytes
        let path = container.directory + "/initrd"
        try PrivateFile.replace(path, with: bytes)
        // QEMU's user reads it, and must not write to it.
        try SystemCallError.writing("file \(path)") { try SystemCallError.check("chmod") { chmod(path, 0o644) } }
        return path
    }

    private static func bytes(_ path: String) throws(BulkheadError) -> [UInt8] {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw BulkheadError(.fileUnreadable, path, "it cannot be read", remedy: "see that it is there")
        }
        return Array(data)
    }
}
