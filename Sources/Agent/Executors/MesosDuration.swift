/// Durations as Mesos writes them: `15mins`, `2secs`, `500ms`.
public enum MesosDuration {
    private static let units: [(name: String, nanoseconds: Int64)] = [
        ("ns", 1), ("us", 1000), ("ms", 1_000_000), ("secs", 1_000_000_000), ("mins", 60_000_000_000),
        ("hrs", 3_600_000_000_000), ("days", 86_400_000_000_000), ("weeks", 604_800_000_000_000),
    ]

    /// - Returns: nil for what is no number and unit, is negative, or is longer than a hundred years.
    public static func read(_ text: some StringProtocol) -> Duration? {
        let count = text.prefix { ("0"..."9").contains($0) || $0 == "." }
        guard let unit = units.first(where: { $0.name == text.dropFirst(count.count) }), let number = Double(count)
        else { return nil }
        let nanoseconds = number * Double(unit.nanoseconds)
        return nanoseconds <= 3.2e18 ? .nanoseconds(Int64(nanoseconds.rounded())) : nil
    }

    /// In the largest unit that leaves no fraction.
    public static func text(_ duration: Duration) -> String {
        let nanoseconds = duration.nanoseconds
        let unit = units.dropFirst(2).dropLast(3).last { nanoseconds % $0.nanoseconds == 0 }
        guard nanoseconds != 0 else { return "0secs" }
        return unit.map { "\(nanoseconds / $0.nanoseconds)\($0.name)" } ?? "\(nanoseconds)ns"
    }
}

extension Duration {
    /// What is less is left out.
    var nanoseconds: Int64 { components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000 }
}
