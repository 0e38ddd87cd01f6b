import SwiftProtobuf

/// A master's node in ZooKeeper: `json.info_0000000007` and the older `info_0000000007` and `0000000007`.
struct MasterNode: Hashable, Sendable {
    enum Form: Hashable, Sendable { case json, binary, text }

    let name: String
    let form: Form
    /// The lowest leads.
    let number: Int

    /// - Returns: nil for a child that is no master, such as `log_replicas`.
    init?(_ name: String) {
        let parts = name.split(separator: "_", omittingEmptySubsequences: false)
        let form: Form? =
            switch parts.dropLast().joined(separator: "_") {
            case "json.info": .json
            case "info": .binary
            case "" where parts.count == 1: .text
            default: nil
            }
        guard let form, let digits = parts.last, digits.utf8.count == 10,
            digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }), let number = Int(digits)
        else { return nil }
        (self.name, self.form, self.number) = (name, form, number)
    }

    /// - Returns: nil where the content names no master.
    func master(_ content: [UInt8]) -> UPID? {
        let pid: UPID? =
            switch form {
            case .text: String(validating: content, as: UTF8.self).flatMap { UPID($0) }
            case .json: (try? MesosJSON.decode(from: content, isPartial: true)).flatMap(Self.pid)
            case .binary: (try? Mesos_V1_MasterInfo(serializedBytes: content, partial: true)).flatMap(Self.pid)
            }
        return pid.flatMap { $0.port > 0 ? $0 : nil }
    }

    private static func pid(_ info: Mesos_V1_MasterInfo) -> UPID? {
        info.hasPid ? UPID(info.pid) : UPID("master@\(info.address.ip):\(info.address.port)")
    }
}
