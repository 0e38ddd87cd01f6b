import ExecutorCore

/// When what is due.
struct Timers {
    private var ends: [ExecutorLife.Timer: Duration] = [:]

    var next: Duration? { ends.values.min() }

    mutating func set(_ timer: ExecutorLife.Timer, at end: Duration) { ends[timer] = end }
    mutating func cancel(_ timer: ExecutorLife.Timer) { ends[timer] = nil }

    /// Takes out the one that was due first.
    mutating func takeDue(at now: Duration) -> ExecutorLife.Timer? {
        guard let first = ends.min(by: { $0.value < $1.value }), first.value <= now else { return nil }
        ends[first.key] = nil
        return first.key
    }
}
