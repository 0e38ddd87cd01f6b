import Isolation
import Mesos
import SwiftProtobuf

/// A container within another: the names from the root's to its own.
struct NestedID: Hashable, Sendable, CustomStringConvertible {
    let root: Isolation.ContainerID
    /// Below the root, outermost first; never empty.
    let path: [String]

    /// - Throws: ``Refusal`` with 400 for an id without parent, or one too long to be a file's name; 404
    ///   for a root that no container here can have.
    init(_ id: Mesos_V1_ContainerID) throws(Refusal) {
        guard id.hasParent else {
            throw Refusal(status: 400, text: "Expecting 'container_id.parent' to be present")
        }
        var (path, outer) = ([id.value], id)
        while outer.hasParent, path.count <= NestedLimits.depth {
            outer = outer.parent
            path.insert(outer.value, at: 0)
        }
        guard path.count <= NestedLimits.depth + 1, path.dropFirst().joined(separator: ".").utf8.count <= 200 else {
            throw Refusal(
                status: 400,
                text: "A container is at most \(NestedLimits.depth) levels below its root, and the names have at most 200 "
                    + "bytes together")
        }
        do { root = try Isolation.ContainerID(path.removeFirst()) } catch {
            throw Refusal(status: 404, text: "Container \(id.text) cannot be found")
        }
        self.path = path
    }

    init(_ root: Isolation.ContainerID, _ path: [String]) { (self.root, self.path) = (root, path) }

    /// Nil where that is the root.
    var parent: NestedID? { path.count > 1 ? NestedID(root, path.dropLast()) : nil }
    func isWithin(_ other: NestedID) -> Bool {
        root == other.root && path.count > other.path.count && path.starts(with: other.path)
    }

    /// Below the root's sandbox.
    var place: String { path.map { "containers/" + $0 }.joined(separator: "/") }
    var name: String { path.joined(separator: ".") }
    var description: String { "\(root).\(name)" }

    var message: Mesos_V1_ContainerID {
        path.reduce(Mesos_V1_ContainerID.with { $0.value = root.description }) { outer, name in
            .with {
                $0.value = name
                $0.parent = outer
            }
        }
    }
}

extension Mesos_V1_ContainerID {
    /// As Mesos writes it, the root's name first.
    var text: String { hasParent ? parent.text + "." + value : value }
}

/// What nested containers may take of the agent.
struct NestedLimits: Sendable {
    /// Below the root.
    static let depth = 4
    /// How many may run in one container at a time.
    var running = 32
    /// How many of one container are remembered, those that run included.
    var remembered = 256
    /// How many may read one session's output, beside whoever launched it.
    var readers = 16
    /// Of what is sent to a container, in bytes.
    var record = 1 << 20
    /// What may wait for one reader, in bytes.
    var waiting = 256 << 10
    /// How often a reader is told that the stream lives.
    var heartbeat = Duration.seconds(30)
    /// How often logs are looked at.
    var pace = Duration.milliseconds(100)
    /// How long a container that was killed may take before it is destroyed.
    var killPatience = Duration.seconds(5)
    /// Of the output of one that has no reader.
    var logs = LogLimits(fileSize: .mebibytes(10), kept: 1)
}
