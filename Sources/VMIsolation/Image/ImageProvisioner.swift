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
            plan.boot = .kernel(kernel: kernel, initrd: initrd, commandLine: line)
        case .disk(let file, let format):
            plan.boot = .disk
            plan.disks = [
                DomainPlan.Disk(target: "vda", file: file, format: format, serial: "root", readOnly: true)
            ]
        }
        return plan
    }
}
