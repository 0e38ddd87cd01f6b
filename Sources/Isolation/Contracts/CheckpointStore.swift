public import FoundationEssentials

/// Where records of containers outlive the process. Written before anything is made, and at each change of state.
public protocol CheckpointStore: Sendable {
    /// Marks what is ours among the machines of a host.
    var owner: String { get }

    /// - Throws: ``BulkheadError`` with `nameInUse` or `stateUnusable`.
    func add(_ record: ContainerRecord) throws(BulkheadError)
    func save(_ record: ContainerRecord) throws(BulkheadError)
    func remove(_ container: ContainerID) throws(BulkheadError)
    func record(_ container: ContainerID) throws(BulkheadError) -> ContainerRecord?
    func records() throws(BulkheadError) -> [ContainerRecord]

    /// Takes the sole right to act on a container.
    ///
    /// - Returns: nil where another process has it.
    func claim(_ container: ContainerID) throws(BulkheadError) -> (any ContainerClaim)?

    /// Takes away what claims have left of containers that have no record and that nobody acts on: their process died
    /// before the record, or after it. The default does nothing, for claims that leave nothing.
    func removeUnusedClaims() throws(BulkheadError)
}

extension CheckpointStore {
    public func removeUnusedClaims() throws(BulkheadError) {}
}

/// The sole right to act on a container. The kernel takes it back from a process that dies.
public protocol ContainerClaim: Sendable {
    /// Another process has asked for the end of this machine of the container's, and may have ended it already.
    func isAskedToEnd(_ machine: UUID) -> Bool

    /// The container is gone, and so is what the right stood for.
    func end()
}
