import Foundation
import SwiftProtobuf
import TestSupport
import Testing

@testable import Mesos

/// Our schema against the one that is inside the release's own library.
struct ReleaseSchemaTests {
    private typealias File = Google_Protobuf_FileDescriptorProto

    private struct Field: Hashable {
        let number: Int32
        let type: Google_Protobuf_FieldDescriptorProto.TypeEnum
        let label: Google_Protobuf_FieldDescriptorProto.Label
        let typeName: String
        let standard: String
        let deprecated: Bool
    }

    @Test(.enabled(if: Release.isThere, Release.why))
    func everyFieldAndEveryNameIsTheReleases() throws {
        let release = try Release.descriptors()
        let bytes = try #require(Base64.decode(descriptorSet.utf8))
        let ours = try Google_Protobuf_FileDescriptorSet(serializedBytes: bytes)
        let (theirFields, theirValues) = (fields(release.file), values(release.file))
        let (ourFields, ourValues) = (fields(ours.file), values(ours.file))
        #expect(ourFields.count > 400)
        #expect(ourValues.count > 200)
        #expect(ourFields.keys.count { $0.hasPrefix("mesos.internal.") } > 100)
        for (name, field) in ourFields { #expect(theirFields[name] == field, "\(name)") }
        for (name, number) in ourValues { #expect(theirValues[name] == number, "\(name)") }
    }

    /// What lets one set of types serve both: the unversioned messages have the same numbers, types and labels.
    @Test(.enabled(if: Release.isThere, Release.why))
    func theUnversionedFormIsTheSameOnTheWire() throws {
        let theirs = fields(try Release.descriptors().file)
        let mine = try Google_Protobuf_FileDescriptorSet(
            serializedBytes: try #require(Base64.decode(descriptorSet.utf8)))
        let ours = fields(mine.file.filter { $0.package == "mesos.v1" })
        #expect(ours.count > 300)
        for (name, field) in ours {
            let old = name.replacing("mesos.v1.Agent", with: "mesos.Slave").replacing("mesos.v1.", with: "mesos.")
                .replacing(".agent_id", with: ".slave_id")
            #expect(theirs[old] == field, "\(name)")
        }
    }

    /// What is left out is left out on purpose.
    @Test(.enabled(if: Release.isThere, Release.why))
    func whatIsLeftOutOfOurMessagesIsKnown() throws {
        let bytes = try #require(Base64.decode(descriptorSet.utf8))
        let ours = try Google_Protobuf_FileDescriptorSet(serializedBytes: bytes)
        let (theirs, have) = (fields(try Release.descriptors().file), fields(ours.file))
        let messages = Set(have.keys.map { String($0[..<$0.lastIndex(of: ".")!]) })
        let missing = theirs.keys.filter { have[$0] == nil && messages.contains(String($0[..<$0.lastIndex(of: ".")!])) }
        #expect(
            missing.sorted() == [
                "mesos.v1.MasterInfo.capabilities",
                "mesos.v1.Offer.Operation.create_disk", "mesos.v1.Offer.Operation.destroy_disk",
                "mesos.v1.Offer.Operation.launch", "mesos.v1.Offer.Operation.launch_group",
                "mesos.v1.ResourceProviderInfo.storage", "mesos.v1.ResourceStatistics.blkio_statistics",
                "mesos.v1.ResourceStatistics.net_snmp_statistics",
                "mesos.v1.ResourceStatistics.net_traffic_control_statistics", "mesos.v1.ResourceStatistics.perf",
                "mesos.v1.Volume.Source.csi_volume",
            ])
    }

    private func fields(_ files: [File]) -> [String: Field] {
        var found: [String: Field] = [:]
        func walk(_ type: Google_Protobuf_DescriptorProto, _ scope: String) {
            for field in type.field {
                found["\(scope).\(type.name).\(field.name)"] = Field(
                    number: field.number, type: field.type, label: field.label, typeName: versioned(field.typeName),
                    standard: standard(field), deprecated: field.options.deprecated)
            }
            for inner in type.nestedType { walk(inner, "\(scope).\(type.name)") }
        }
        for file in files { for type in file.messageType { walk(type, file.package) } }
        return found
    }

    /// The type that stands for the release's: its own, or the versioned one that Mesos makes of it by reading it again.
    private func versioned(_ type: String) -> String {
        guard type.hasPrefix(".mesos."), !type.hasPrefix(".mesos.v1."),
            !type.hasPrefix(".mesos.internal.")
        else { return type }
        return ".mesos.v1." + type.dropFirst(7).replacing("SlaveI", with: "AgentI")
    }

    private func standard(_ field: Google_Protobuf_FieldDescriptorProto) -> String {
        field.type == .double ? Double(field.defaultValue).map { "\($0)" } ?? "" : field.defaultValue
    }

    private func values(_ files: [File]) -> [String: Int32] {
        var found: [String: Int32] = [:]
        func take(_ type: Google_Protobuf_EnumDescriptorProto, _ scope: String) {
            for value in type.value { found["\(scope).\(type.name).\(value.name)"] = value.number }
        }
        func walk(_ type: Google_Protobuf_DescriptorProto, _ scope: String) {
            for inner in type.enumType { take(inner, "\(scope).\(type.name)") }
            for inner in type.nestedType { walk(inner, "\(scope).\(type.name)") }
        }
        for file in files {
            for type in file.enumType { take(type, file.package) }
            for type in file.messageType { walk(type, file.package) }
        }
        return found
    }
}

/// The library of Mesos 1.11, where `bin/test` has put it.
private enum Release {
    static let why: Comment = "no library of Mesos 1.11: bin/test brings it, MESOS_CACHE names the folder that has it"
    private static let tool = Repository.path + "/../shared/mesos-master/descriptors.py"
    private static let library =
        (ProcessInfo.processInfo.environment["MESOS_CACHE"] ?? "/tmp/mesos-1.11.0-pypi") + "/libmesos.so"

    static var isThere: Bool {
        FileManager.default.fileExists(atPath: tool) && FileManager.default.fileExists(atPath: library)
    }

    static func descriptors() throws -> Google_Protobuf_FileDescriptorSet {
        let directory = TemporaryDirectory()
        let output = directory.path + "/descriptors"
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", tool, library, output]
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return try Google_Protobuf_FileDescriptorSet(serializedBytes: Data(contentsOf: URL(fileURLWithPath: output)))
    }
}
