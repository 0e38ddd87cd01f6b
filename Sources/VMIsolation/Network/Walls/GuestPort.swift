/// The host's end of a guest's interface, named after the guest's address: rules name it before there is one.
enum GuestPort {
    static func prefix(_ kind: GuestNetwork.Kind, _ owner: String) -> String {
        "\(kind == .open ? "bo" : "bh")\(owner.prefix(8))-"
    }

    static func name(_ address: String, _ kind: GuestNetwork.Kind, _ owner: String) -> String {
        prefix(kind, owner) + number(address)
    }

    /// The address's last part, which no other guest of its network has.
    static func number(_ address: String) -> String { address.split(separator: ".").last.map(String.init) ?? "" }
}
