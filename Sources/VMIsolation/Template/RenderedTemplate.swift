/// A filled template, and for each of its lines the one of the file that made it.
public struct RenderedTemplate: Hashable, Sendable {
    public let text: String
    let origins: [Int]

    /// The template's line behind a line of the text, both from 1; only XML is followed this far.
    public func origin(of line: Int) -> Int {
        guard let last = origins.last else { return max(1, line) }
        return origins.indices.contains(line - 1) ? origins[line - 1] : last
    }
}
