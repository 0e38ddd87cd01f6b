import Isolation

/// Where an archive's entries go: below the directory by their own paths, or all below one name there.
struct EntryNames: Sendable {
    private let limits: ExtractionLimits
    private let top: [UInt8]?
    /// What the archive itself calls its top.
    private var original: [UInt8]?

    init(top: [UInt8]?, _ limits: ExtractionLimits) throws(BulkheadError) {
        if let top, try EntryPath(top, limits).components != [top] {
            throw BulkheadError(
                .fileUnwritable, "file \(top.quoted)", "it is no single name", remedy: "Extract into its directory.")
        }
        self.top = top
        self.limits = limits
    }

    mutating func place(_ path: [UInt8]) throws(BulkheadError) -> EntryPath {
        var place = try EntryPath(path, limits)
        guard let top else { return place }
        guard let first = place.components.first, original == nil || original == first else {
            throw place.refused("the archive was to hold one file or directory, and this is another")
        }
        original = first
        place.components[0] = top
        return place
    }

    /// How far up a link there may lead: to what the archive's own top is.
    func linkDepth(_ path: EntryPath) -> Int { path.components.count - (top == nil ? 1 : 2) }
}
