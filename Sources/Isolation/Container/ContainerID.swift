/// The name of one container, of its domain and of its guest's host name alike.
///
/// One to 48 lower-case letters, digits and dashes, a letter or digit at both ends.
public struct ContainerID: Hashable, Sendable, CustomStringConvertible {
    public let description: String

    /// - Throws: ``BulkheadError`` with `badName`.
    public init(_ text: String) throws(BulkheadError) {
        let plain = Set("abcdefghijklmnopqrstuvwxyz0123456789")
        guard let first = text.first, let last = text.last, plain.contains(first), plain.contains(last),
            text.count <= 48, text.allSatisfy({ plain.contains($0) || $0 == "-" })
        else {
            throw BulkheadError(
                .badName, "name “\(text)”", "it is no host name",
                remedy: "use 1 to 48 lower-case letters, digits and dashes, such as build-7")
        }
        description = text
    }

    /// A fresh name: `run-` and eight random characters.
    public static func random() -> ContainerID {
        let letters = Array("abcdefghijkmnpqrstuvwxyz23456789")
        return ContainerID(unchecked: "run-" + String((0..<8).map { _ in letters[Int.random(in: 0..<letters.count)] }))
    }

    private init(unchecked text: String) { description = text }
}

extension ContainerID: Codable {
    public init(from decoder: any Decoder) throws { try self.init(String(from: decoder)) }
    public func encode(to encoder: any Encoder) throws { try description.encode(to: encoder) }
}
