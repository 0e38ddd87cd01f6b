import Foundation
import Glibc
public import Isolation

/// What was asked for with `--accel`.
public enum AccelerationPolicy: String, Codable, CaseIterable, Sendable { case auto, kvm, tcg }

/// Whether this host's processor can run guests itself. That `/dev/kvm` opens proves nothing.
public struct AccelerationProbe: Sendable {
    /// Nil where guests can run on the processor, else why not.
    public let obstacle: String?

    public init(cpuInfo: String = "/proc/cpuinfo", device: String = "/dev/kvm") {
        let text = FileManager.default.contents(atPath: cpuInfo).map { String(decoding: $0, as: UTF8.self) } ?? ""
        let flags = text.split(separator: "\n").first { $0.hasPrefix("flags") }?.split(separator: " ") ?? []
        let arm = text.contains("CPU implementer")
        if !arm && !flags.contains("vmx") && !flags.contains("svm") {
            obstacle = "the processor offers no virtualization (no vmx or svm among its flags)"
        } else if access(device, F_OK) != 0 {
            obstacle = "\(device): \(String(cString: strerror(errno)))"
        } else {
            obstacle = nil
        }
    }

    /// - Throws: ``BulkheadError`` with `accelerationUnavailable` where `kvm` was asked for and is not to be had.
    public func choose(_ policy: AccelerationPolicy) throws(BulkheadError) -> DomainPlan.Acceleration {
        switch (policy, obstacle) {
        case (.tcg, _), (.auto, .some): return .tcg
        case (.auto, nil), (.kvm, nil): return .kvm
        case (.kvm, .some(let obstacle)):
            throw BulkheadError(
                .accelerationUnavailable, "acceleration kvm", obstacle,
                remedy: "enable virtualization in the firmware or the outer hypervisor, or run emulated: --accel auto")
        }
    }
}
