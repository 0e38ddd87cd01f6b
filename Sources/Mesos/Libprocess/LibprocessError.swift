/// Why a message was not even begun to be sent.
public struct LibprocessError: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Reason: String, Sendable {
        /// It lacks a required field: whoever gets it would drop it without a word.
        case incompleteMessage
        /// As much as may wait for this address waits already. It helps to send again later.
        case queueFull
        /// The receiver's address is none that can be connected to.
        case addressUnusable
        /// The sender was closed.
        case closed
    }

    public let reason: Reason
    /// The message's type.
    public let message: String
    public let receiver: UPID

    public var description: String {
        let why =
            switch reason {
            case .incompleteMessage: "it lacks a required field"
            case .queueFull: "too much waits for this address already; send it again later"
            case .addressUnusable: "this is no address to connect to"
            case .closed: "the sender was closed"
            }
        return "\(message) was not sent to \(receiver): \(why)"
    }
}
