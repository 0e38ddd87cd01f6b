/// A domain's XML as a tree, with the line of each element.
public struct DomainDocument: Hashable, Sendable {
    /// One element. Comments are left out; text is joined.
    public struct Node: Hashable, Sendable {
        /// Without a prefix.
        public var name: String
        /// Empty for libvirt's own elements.
        public var namespace: String
        /// Attributes of other namespaces keep their prefix, as in `xsi:type`.
        public var attributes: [String: String]
        /// Own text, blanks and line ends as they stand: libvirt takes names and paths so.
        public var text = ""
        public var children: [Node] = []
        /// Line of the file it came from, of the template where there is one.
        public var line: Int
    }

    public var root: Node

    /// Elements at a path below the root, such as `devices/disk`; every branch is followed.
    public func nodes(_ path: String) -> [Node] { root.nodes(path) }
    public func node(_ path: String) -> Node? { root.nodes(path).first }
}

extension DomainDocument.Node {
    /// Elements at a path, libvirt's own only.
    public func nodes(_ path: String) -> [DomainDocument.Node] {
        path.split(separator: "/").reduce([self]) { level, name in
            level.flatMap { $0.children.filter { $0.name == name && $0.namespace.isEmpty } }
        }
    }

    public func node(_ path: String) -> DomainDocument.Node? { nodes(path).first }

    public subscript(_ attribute: String) -> String? { attributes[attribute] }
}
