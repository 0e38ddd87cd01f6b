/// Turns an image reference into what a machine boots from.
public protocol Provisioner: Sendable {
    /// Adds kernel or disks to the plan; called before the first isolator prepares.
    ///
    /// - Throws: ``BulkheadError`` with `imageUnknown` or `imageBroken`.
    func provision(_ container: ContainerContext, _ plan: LaunchPlan) async throws -> LaunchPlan
}
