import Foundation
import TestSupport
import Testing

@testable import VMIsolation

/// A guest that tries what it is told to, and the host as it sees it.
struct Prisoner {
    let bench: Bench
    let guest: Launched
    let own: (mac: String, address: String)
    let gateway: String

    /// Named after the network, as the rules are.
    var table: String { get throws { try bench.network } }

    /// The network's address of IPv6, where it has one: the host's.
    var gateway6: String {
        get async throws {
            let bridge = "vbout-" + (try table).suffix(8)
            let found = try await bench.tool("ip", "-6", "-o", "address", "show", "dev", bridge, "scope", "global")
            return String(try #require(found.text.firstMatch(of: /inet6 ([0-9a-f:]+)\/64/), "\(found)").1)
        }
    }

    private static let loop =
        "echo $(cat /sys/class/net/eth0/address) $(ip -4 -o addr show eth0 | sed 's/.*inet \\([0-9.]*\\).*/\\1/') ready; "
        + "while read -r try; do if eval \"$try\" >/dev/null 2>&1; then echo yes; else echo no; fi; done"

    /// - Parameters:
    ///   - options: of `bulkhead run`.
    ///   - interval: how often its own process looks at the walls; by default not as long as any test takes.
    init(
        _ options: [String] = [], in bench: Bench, tool: String, wallCheck interval: String = "1h",
        by starter: [String] = []
    ) async throws {
        self.bench = bench
        guest = try bench.launch(
            options + ["--wall-check-interval", interval, "--put", "\(tool):/bin/frame"], shell: Self.loop, input: .pipe, by: starter)
        try await guest.program.awaitOutput("ready\n")
        let words = guest.program.outputText.split(separator: " ").map(String.init)
        own = (try #require(words.first), try #require(words.dropFirst().first))
        gateway = own.address.split(separator: ".").dropLast().joined(separator: ".") + ".1"
    }

    /// Its address of IPv6 comes a little later than that of IPv4.
    func awaitIPv6() async throws {
        #expect(try await tries(Self.six))
    }

    /// A script that ends once there is an address of IPv6 with a route.
    static let six = "for i in $(seq 50); do ip -6 route | grep -q ^default && break; sleep 0.2; done; ip -6 route | grep ^default"

    /// Whether it succeeds.
    func tries(_ command: String) async throws -> Bool {
        let before = guest.program.output.count
        try guest.program.send(Array((command + "\n").utf8))
        let answer = try await eventually("an answer to “\(command)”", within: .seconds(30)) {
            let new = guest.program.output.dropFirst(before)
            return new.last == UInt8(ascii: "\n") ? String(decoding: new, as: UTF8.self) : nil
        }
        return answer.hasSuffix("yes\n")
    }

    func reaches(_ address: String, _ port: Int) async throws -> Bool {
        try await tries("nc -w 2 \(address) \(port) -e true")
    }

    func sends(_ frame: Frame) async throws { #expect(try await tries("/bin/frame \(frame.hexadecimal)")) }

    func end() async throws {
        try guest.program.closeInput()
        #expect(try await bench.finish(guest).status == 0)
    }

    /// Starts a program that may not use nftables.
    static let unprivileged = ["/usr/bin/setpriv", "--bounding-set", "-net_admin", "--inh-caps", "-net_admin"]

    /// Compiles what sends frames, linked to nothing that the guest may lack.
    static func tool(in directory: TemporaryDirectory, _ bench: Bench) async throws -> String {
        let source = Bench.repository + "/Tests/Fixtures/frame.c"
        let made = try await bench.tool("clang", "-O1", "-static", "-o", directory.path + "/frame", source)
        #expect(made.status == 0, "\(made)")
        return directory.path + "/frame"
    }
}
