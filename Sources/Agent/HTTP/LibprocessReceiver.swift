public import Mesos

/// Takes libprocess messages as they come.
public protocol LibprocessReceiver: Sendable {
    /// Called on an event loop, in order for each connection: it puts the message somewhere and returns. The connection may
    /// be gone by then, and the sender is who the message says.
    ///
    /// - Parameter peer: the IP address that the connection came from.
    /// - Returns: whether there is such a process here. A message that it does not know is no reason to say no.
    func receive(_ message: LibprocessMessage, peer: String?) -> Bool
}
