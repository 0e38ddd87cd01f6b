extension NetworkUpdate {
    /// What to do to a part of a network. Source: `virNetworkUpdateCommand`.
    public struct Command: LibvirtConstant {
        public let rawValue: Int32

        public init(rawValue: Int32) {
            self.rawValue = rawValue
        }

        /// Invalid.
        public static let none = Self(rawValue: 0)
        /// Modify an existing element.
        public static let modify = Self(rawValue: 1)
        /// Delete an existing element.
        public static let delete = Self(rawValue: 2)
        /// Add an element at end of list.
        public static let addLast = Self(rawValue: 3)
        /// Add an element at start of list.
        public static let addFirst = Self(rawValue: 4)

        public static let names: [Self: String] = [
            .none: "VIR_NETWORK_UPDATE_COMMAND_NONE",
            .modify: "VIR_NETWORK_UPDATE_COMMAND_MODIFY",
            .delete: "VIR_NETWORK_UPDATE_COMMAND_DELETE",
            .addLast: "VIR_NETWORK_UPDATE_COMMAND_ADD_LAST",
            .addFirst: "VIR_NETWORK_UPDATE_COMMAND_ADD_FIRST",
        ]
    }
}
