package enum MesosDuration {
    /// As Mesos writes it: a number and a unit, `1.5mins`. At most a hundred years.
    package static func read(_ text: String) -> Duration? {
        let unit = text.drop { $0.isNumber || $0 == "." }
        guard let count = Double(text.dropLast(unit.count)), let nanoseconds = units[String(unit)] else { return nil }
        return seconds(count * nanoseconds / 1e9)
    }

    /// From a field in seconds. What would be negative is nothing.
    package static func seconds(_ count: Double) -> Duration {
        .milliseconds(Int64((min(max(count.isNaN ? 0 : count, 0), 3.2e9) * 1000).rounded()))
    }

    /// From a `DurationInfo`.
    package static func info(_ value: JSON?) -> Duration? {
        (value?["nanoseconds"]?.whole).map { .nanoseconds(max(0, $0)) }
    }

    private static let units: [String: Double] = [
        "ns": 1, "us": 1e3, "ms": 1e6, "secs": 1e9, "mins": 60e9, "hrs": 3600e9, "days": 86400e9, "weeks": 604800e9,
    ]
}
