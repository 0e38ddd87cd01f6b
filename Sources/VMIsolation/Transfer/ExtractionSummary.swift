/// What was extracted.
public struct ExtractionSummary: Hashable, Sendable {
    public var files = 0
    public var directories = 0
    public var links = 0
    /// The sum of all files.
    public var bytes: Int64 = 0
    /// What was left out, such as links that lead outside: the first of them, in words.
    public var notes: [String] = []
    /// How many were left out.
    public var leftOut = 0

    static let longestNotes = 20

    mutating func leaveOut(_ note: @autoclosure () -> String) {
        leftOut += 1
        if notes.count < ExtractionSummary.longestNotes { notes.append(note()) }
    }
}
