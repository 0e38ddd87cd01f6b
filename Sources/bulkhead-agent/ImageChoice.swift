import Isolation
import VMIsolation

/// Which image a container gets.
struct ImageChoice: Sendable {
    private let standard: String?
    private let images: ImageStore

    init(_ settings: AgentSettings, _ images: ImageStore) {
        standard = settings.isolation.launcher == .vm ? settings.flags["vm_image"] : nil
        self.images = images
    }

    /// - Parameter name: as a caller gave it: of the store, never a path of the host.
    /// - Throws: ``BulkheadError`` with `imageUnknown` or `badOption`.
    func image(_ name: String?) throws(BulkheadError) -> String {
        guard let standard else {
            guard let name else { return "" }
            throw BulkheadError(
                .badOption, "image “\(name)”", "this agent starts no virtual machines", remedy: "leave it out")
        }
        guard let name else { return standard }
        guard !name.contains("/") else {
            throw BulkheadError(
                .imageUnknown, "image “\(name)”", "it is no name of the agent's store", remedy: "see bulkhead image ls")
        }
        _ = try images.image(name)
        return name
    }
}
