import Foundation
import Mesos
import SwiftProtobuf
import TestSupport
import Testing

@testable import Agent

struct CheckpointedResourcesTests {
    private func reserved(_ name: String, _ amount: Double, _ role: String = "web", volume: String? = nil) -> Mesos_V1_Resource {
        var resource = Mesos_V1_Resource.scalar(name, amount)
        resource.reservations = [
            .with {
                $0.role = role
                $0.type = .dynamic
            }
        ]
        if let volume { resource.disk.persistence.id = volume }
        return resource
    }

    @Test func whatIsReservedMustBeHere() {
        let here = CheckpointedResources([reserved("cpus", 2), reserved("disk", 64, volume: "v")])
        #expect(here.missing(from: [.scalar("cpus", 100)]) == nil)
        #expect(here.missing(from: [reserved("cpus", 1), reserved("cpus", 1)]) == nil)
        #expect(here.missing(from: [reserved("cpus", 3)])?.contains("2.0 of cpus") == true)
        #expect(here.missing(from: [reserved("cpus", 1, "db")])?.contains("role “db”") == true)
        #expect(here.missing(from: [reserved("disk", 64, volume: "v")]) == nil)
        #expect(here.missing(from: [reserved("disk", 64, volume: "w")])?.contains("volume “w”") == true)
    }

    @Test func theOlderFormIsTheSame() {
        var old = Mesos_V1_Resource.scalar("cpus", 1)
        old.role = "web"
        old.reservation = .init()
        #expect(CheckpointedResources([reserved("cpus", 2)]).missing(from: [old]) == nil)
        #expect(CheckpointedResources([]).missing(from: [old]) != nil)
        old.clearReservation()
        #expect(CheckpointedResources([]).missing(from: [old]) == nil, "a static reservation is the agent's own")
    }

    @Test func moreThanThereIsCannotBeReserved() {
        let total = [Mesos_V1_Resource.scalar("cpus", 2), .scalar("disk", 100)]
        #expect(CheckpointedResources([reserved("cpus", 2)]).complaint(within: total) == nil)
        #expect(CheckpointedResources([reserved("cpus", 1.5), reserved("cpus", 1, "db")]).complaint(within: total) != nil)
        #expect(CheckpointedResources([reserved("gpus", 1)]).complaint(within: total) != nil)
        #expect(CheckpointedResources([reserved("cpus", .nan)]).complaint(within: total) != nil)
        let twice = [reserved("disk", 1, volume: "v"), reserved("disk", 1, volume: "v")]
        #expect(CheckpointedResources(twice).complaint(within: total) == "two volumes have one id")
    }

    @Test func volumesAreDirectoriesAndNeverOutside() throws {
        let directory = TemporaryDirectory()
        let places = VolumeDirectories(workDirectory: directory.path)
        let (none, one) = (CheckpointedResources([]), CheckpointedResources([reserved("disk", 1, "eng/web", volume: "v")]))
        try places.change(from: none, to: one)
        let path = directory.path + "/volumes/roles/eng web/v"
        #expect(FileManager.default.fileExists(atPath: directory.path + "/volumes/roles/eng web/v"))
        #expect(places.path(role: "eng/web", id: "v") == path)
        try places.change(from: one, to: none)
        #expect(!FileManager.default.fileExists(atPath: directory.path + "/volumes/roles/eng web"))
        for id in ["..", ".", "a/b", "", String(repeating: "x", count: 256)] { #expect(places.path(role: "r", id: id) == nil) }
        #expect(places.path(role: "..", id: "v") == nil)
    }
}
