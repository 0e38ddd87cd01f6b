/// A domain's share of the host's processors. Source: `virDomainGetSchedulerParametersFlags`.
///
/// Fields that are nil are left as they are. A negative quota is none.
public struct SchedulerParameters: Hashable, Sendable {
    /// Everything, in libvirt's own form; holds fields that have no name here, too.
    public var parameters: TypedParameters

    public init(_ parameters: TypedParameters = [:]) {
        self.parameters = parameters
    }

    /// The domain's weight against others, where processors are scarce.
    public var cpuShares: UInt64? {
        get { parameters["cpu_shares"]?.unsigned }
        set { parameters["cpu_shares"] = newValue.map { .unsignedLong($0) } }
    }

    /// The period in which each virtual processor may run for its quota; in whole microseconds.
    public var vcpuPeriod: Duration? {
        get { period("vcpu_period") }
        set { setPeriod("vcpu_period", newValue) }
    }

    public var vcpuQuota: Duration? {
        get { quota("vcpu_quota") }
        set { setQuota("vcpu_quota", newValue) }
    }

    /// The same for the emulator's own threads.
    public var emulatorPeriod: Duration? {
        get { period("emulator_period") }
        set { setPeriod("emulator_period", newValue) }
    }

    public var emulatorQuota: Duration? {
        get { quota("emulator_quota") }
        set { setQuota("emulator_quota", newValue) }
    }

    /// The same for the domain as a whole.
    public var globalPeriod: Duration? {
        get { period("global_period") }
        set { setPeriod("global_period", newValue) }
    }

    public var globalQuota: Duration? {
        get { quota("global_quota") }
        set { setQuota("global_quota", newValue) }
    }

    /// The same for the threads that serve disks.
    public var ioThreadPeriod: Duration? {
        get { period("iothread_period") }
        set { setPeriod("iothread_period", newValue) }
    }

    public var ioThreadQuota: Duration? {
        get { quota("iothread_quota") }
        set { setQuota("iothread_quota", newValue) }
    }
}

extension SchedulerParameters {
    private func period(_ field: String) -> Duration? {
        parameters[field]?.unsigned.map { .microseconds(Int64(clamping: $0)) }
    }

    private mutating func setPeriod(_ field: String, _ value: Duration?) {
        parameters[field] = value.map { .unsignedLong(UInt64(clamping: $0.wholeMicroseconds)) }
    }

    /// libvirt reports quotas as signed numbers, "no quota" as -1 or as a very large number.
    private func quota(_ field: String) -> Duration? {
        guard let value = parameters[field] else { return nil }
        return (value.signed ?? value.unsigned.map { Int64(clamping: $0) }).map { .microseconds($0) }
    }

    private mutating func setQuota(_ field: String, _ value: Duration?) {
        parameters[field] = value.map { .long($0.wholeMicroseconds) }
    }
}

extension Duration {
    /// Rounded towards zero; the nearest number that fits.
    fileprivate var wholeMicroseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, tooLarge) = seconds.multipliedReportingOverflow(by: 1_000_000)
        let (sum, stillTooLarge) = product.addingReportingOverflow(attoseconds / 1_000_000_000_000)
        return tooLarge || stillTooLarge ? (seconds < 0 ? .min : .max) : sum
    }
}
