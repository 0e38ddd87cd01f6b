/// A request's header fields; names in any case.
public struct HTTPHeaders: Sendable, ExpressibleByDictionaryLiteral {
    /// Names in small letters.
    private let fields: [(name: String, value: String)]

    public init(_ fields: [(String, String)] = []) { self.fields = fields.map { ($0.lowercased(), $1) } }
    public init(dictionaryLiteral elements: (String, String)...) { self.init(elements) }

    /// The field's value; the values of several fields of one name are joined by commas.
    public subscript(_ name: String) -> String? {
        let name = name.lowercased()
        let values = fields.filter { $0.name == name }.map(\.value)
        return values.isEmpty ? nil : values.joined(separator: ", ")
    }
}
