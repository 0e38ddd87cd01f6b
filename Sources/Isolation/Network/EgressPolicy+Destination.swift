extension EgressPolicy {
    /// Where a guest may go: `192.0.2.7`, `192.0.2.0/24:443`, `192.0.2.7:53/udp`, `[2001:db8::7]:8000-8099`.
    public struct Destination: Hashable, Sendable, CustomStringConvertible {
        public enum Transport: String, CaseIterable, Sendable { case tcp, udp }

        public var network: Subnet
        /// Nil: all, and all protocols where ``transport`` is nil as well.
        public var ports: ClosedRange<UInt16>?
        /// TCP where ports were given without one.
        public var transport: Transport?

        /// - Throws: ``BulkheadError`` with `badOption`.
        init(_ text: Substring) throws(BulkheadError) {
            var rest = text
            if let transport = Transport.allCases.first(where: { text.hasSuffix("/\($0.rawValue)") }) {
                self.transport = transport
                rest = text.dropLast(transport.rawValue.count + 1)
            }
            let (place, ports) = try Self.parts(rest, in: text)
            network = try Self.network(place, in: text)
            guard let ports else { return }
            self.ports = try Self.ports(ports, in: text)
            transport = transport ?? .tcp
        }

        private static let form =
            "write ADDRESS, ADDRESS/PREFIX, and behind that :PORT or :FIRST-LAST, and /tcp or /udp; before ports an IPv6 "
            + "address stands in brackets"

        /// The colon of ports is not one of an IPv6 address.
        private static func parts(
            _ rest: Substring, in text: Substring
        ) throws(BulkheadError) -> (place: Substring, ports: Substring?) {
            if rest.first == "[" {
                let parts = rest.dropFirst().split(separator: "]", maxSplits: 1, omittingEmptySubsequences: false)
                guard parts.count == 2, parts[0].contains(":"), parts[1].isEmpty || parts[1].first == ":" else {
                    throw bad(text, "its brackets hold no IPv6 address", form)
                }
                return (parts[0], parts[1].isEmpty ? nil : parts[1].dropFirst())
            }
            let parts = rest.split(separator: ":", omittingEmptySubsequences: false)
            return parts.count == 2 ? (parts[0], parts[1]) : (rest, nil)
        }

        private static func network(_ part: Substring, in text: Substring) throws(BulkheadError) -> Subnet {
            let words = part.split(separator: "/", omittingEmptySubsequences: false)
            guard words.count < 3, let one = Subnet(address: String(words[0]), prefix: 128) else {
                throw bad(text, "it names no address of IPv4 or IPv6", form)
            }
            let bits = one.version.bits
            guard let prefix = words.count == 2 ? Self.number(words[1], upTo: bits) : bits else {
                throw bad(text, "“\(words[1])” is no prefix of 0 to \(bits)", form)
            }
            let network = Subnet(base: one.base, prefix: prefix, one.version)
            guard network.base == one.base else {
                throw bad(text, "the address has bits behind its prefix", "write \(network)")
            }
            guard !EgressPolicy.nowhere.contains(where: { $0.contains(network) }) else {
                throw bad(text, "nothing is routed there: loopback, link-local, multicast or reserved", "leave it out")
            }
            return network
        }

        private static func ports(_ part: Substring, in text: Substring) throws(BulkheadError) -> ClosedRange<UInt16> {
            let ends = part.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
                .map { Self.number($0, upTo: 65535) }
            guard let first = ends[0], let last = ends[ends.count - 1], first > 0, first <= last else {
                throw bad(text, "“\(part)” is no port, and no range of them", "give :1 to :65535, or :FIRST-LAST")
            }
            return UInt16(first)...UInt16(last)
        }

        /// `Int` takes a sign.
        private static func number(_ text: Substring, upTo limit: Int) -> Int? {
            guard text.allSatisfy({ $0.isASCII && $0.isNumber }), let number = Int(text), number <= limit else {
                return nil
            }
            return number
        }

        private static func bad(_ text: Substring, _ why: String, _ remedy: String) -> BulkheadError {
            BulkheadError(.badOption, "egress “\(text)”", why, remedy: remedy)
        }

        /// Whether it leads nowhere that the other does not.
        func isWithin(_ other: Destination) -> Bool {
            guard other.network.contains(network), other.transport == nil || other.transport == transport else {
                return false
            }
            guard let wide = other.ports else { return true }
            return ports.map { wide.contains($0.lowerBound) && wide.contains($0.upperBound) } ?? false
        }

        public var description: String {
            var text = network.prefix == network.version.bits ? network.host(0) : "\(network)"
            if let ports {
                if network.version == .six { text = "[\(text)]" }
                text += ports.count == 1 ? ":\(ports.lowerBound)" : ":\(ports.lowerBound)-\(ports.upperBound)"
                if transport == .udp { text += "/udp" }
            } else if let transport {
                text += "/\(transport.rawValue)"
            }
            return text
        }
    }
}
