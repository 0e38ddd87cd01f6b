import Mesos
import SwiftProtobuf

extension MediaType {
    func encode(_ message: some Message) throws -> [UInt8] {
        self == .json ? try MesosJSON.encode(message) : try message.serializedBytes()
    }

    func decode<M: Message>(_ type: M.Type = M.self, from bytes: [UInt8]) throws(MalformedMessage) -> M {
        if self == .json { return try MesosJSON.decode(from: bytes) }
        do { return try M(serializedBytes: bytes) } catch {
            throw MalformedMessage("the body is no \(type.protoMessageName)")
        }
    }

    /// The form of an answer: JSON where the client takes it, else protobuf.
    ///
    /// - Parameter header: `Accept`.
    /// - Returns: nil where it takes neither.
    static func accepted(by header: String?) -> MediaType? {
        guard let header else { return .json }
        if let only = MediaType(rawValue: header), only != .recordio { return only }
        let ranges = header.split(separator: ",").compactMap { range -> String? in
            let parts = range.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" }.lowercased() }
            let isRefused = parts.dropFirst().contains { $0.hasPrefix("q=") && Double($0.dropFirst(2)) == 0 }
            return isRefused ? nil : parts.first
        }
        return [MediaType.json, .protobuf].first { type in
            ranges.contains { $0 == type.rawValue || $0 == "*/*" || $0 == "application/*" }
        }
    }
}
