import Foundation
import Glibc
import Testing

@testable import HostIsolation

/// Control groups of one test's own, below which a launcher makes its containers' groups.
final class TestGroups {
    let hierarchies: Hierarchies
    private let parents: [String]

    init() {
        let name = "bulkhead-test-\(UUID().uuidString.lowercased())"
        var found: [Hierarchies.Hierarchy] = []
        for hierarchy in Hierarchies.ofThisHost().all {
            guard let root = hierarchy.parents.last, mkdir("\(root)/\(name)", 0o755) == 0 else { continue }
            found.append(
                .init(isUnified: hierarchy.isUnified, controllers: hierarchy.controllers, parents: ["\(root)/\(name)"]))
        }
        hierarchies = Hierarchies(all: found)
        parents = found.flatMap(\.parents)
    }

    deinit { for parent in parents { rmdir(parent) } }

    /// A parent that holds a group cannot be removed.
    func expectNothingLeft() {
        for parent in parents { #expect(rmdir(parent) == 0, "\(parent) holds a group still") }
    }

    static let canKeepProcesses = !ControlGroup.make(Hierarchies.ofThisHost().candidates("bulkhead-probe")).probe
        .isEmpty
    static let canLimitMemory = ControlGroup.make(Hierarchies.ofThisHost().candidates("bulkhead-probe-memory")).probe
        .contains("memory")
}

extension ControlGroup {
    /// What it offers; it is removed again.
    fileprivate var probe: [String] {
        let offers = directories.flatMap { ["any"] + $0.controllers }
        _ = remove()
        return offers
    }
}
