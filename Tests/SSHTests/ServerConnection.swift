import Crypto
import CryptoExtras
import Foundation
import Glibc

/// The server's end of one SSH connection: curve25519, ssh-ed25519, aes128-ctr, hmac-sha2-256. Blocks its thread.
final class ServerConnection {
    private let descriptor: CInt
    private let seed: [UInt8]
    private let blob: [UInt8]
    private var sending = PacketCipher()
    private var receiving = PacketCipher()

    init(_ descriptor: CInt, seed: [UInt8], blob: [UInt8]) {
        self.descriptor = descriptor
        self.seed = seed
        self.blob = blob
    }

    // MARK: bytes

    func write(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress.map { $0 + sent }, $0.count - sent, CInt(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw WireError() }
            sent += count
        }
    }

    func read(_ count: Int) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var taken = 0
        while taken < count {
            let status = bytes.withUnsafeMutableBytes {
                recv(descriptor, $0.baseAddress.map { $0 + taken }, count - taken, 0)
            }
            guard status > 0 else { throw WireError() }
            taken += status
        }
        return bytes
    }

    /// Waits until the client goes away.
    func hang() throws {
        while true { _ = try read(1) }
    }

    // MARK: packets

    func send(_ payload: [UInt8]) throws {
        try write(sending.seal(payload))
    }

    /// A packet with a length of one's own choice, and a correct MAC over what is sent.
    func sendPacket(length: UInt32, padding: UInt8, body: [UInt8]) throws {
        try write(sending.seal(length: length, padding: padding, body: body))
    }

    func receive() throws -> [UInt8] {
        let first = receiving.open(try read(16))
        let length = Int(
            try {
                var wire = Wire(first); return try wire.takeNumber()
            }())
        guard length < 100_000, length >= 12 else { throw WireError() }
        let rest = length + 4 > 16 ? receiving.open(try read(length + 4 - 16)) : []
        if receiving.isActive { _ = try read(32) }
        let padding = Int(first[4])
        return Array((first + rest)[5..<(4 + length - padding)])
    }

    /// The next packet of a type, others passed over.
    func receive(_ type: UInt8) throws -> Wire {
        while true {
            let payload = try receive()
            if payload.first == type { return Wire(Array(payload.dropFirst())) }
        }
    }

    // MARK: steps

    private static let banner = "SSH-2.0-hostile"

    func shakeHands() throws {
        try write(Array((Self.banner + "\r\n").utf8))
        var theirs: [UInt8] = []
        while theirs.last != 10 { theirs += try read(1) }
        let theirBanner = Array(theirs.dropLast(theirs.dropLast().last == 13 ? 2 : 1))
        let proposal = Self.proposal
        try send(proposal)
        let theirProposal = try receive()
        var wire = try receive(30)
        try exchange(try wire.takeString(), theirBanner, theirProposal, proposal)
    }

    private static var proposal: [UInt8] {
        let lists = [
            "curve25519-sha256", "ssh-ed25519", "aes128-ctr", "aes128-ctr", "hmac-sha2-256", "hmac-sha2-256", "none",
            "none", "", "",
        ]
        return [20] + [UInt8](repeating: 7, count: 16) + lists.flatMap { Wire.string($0) } + [0, 0, 0, 0, 0]
    }

    private func exchange(
        _ theirPoint: [UInt8], _ theirBanner: [UInt8], _ theirProposal: [UInt8], _ proposal: [UInt8]
    ) throws {
        let secret = Curve25519.KeyAgreement.PrivateKey()
        let point = Array(secret.publicKey.rawRepresentation)
        let shared = try secret.sharedSecretFromKeyAgreement(with: .init(rawRepresentation: theirPoint))
        let key = Wire.positive(shared.withUnsafeBytes { Array($0) })
        let strings = [theirBanner, Array(Self.banner.utf8), theirProposal, proposal, blob, theirPoint, point]
        let hash = Array(SHA256.hash(data: strings.flatMap { Wire.string($0) } + key))
        let signature = try Curve25519.Signing.PrivateKey(rawRepresentation: seed).signature(for: hash)
        let signed = Wire.string("ssh-ed25519") + Wire.string(Array(signature))
        try send([31] + Wire.string(blob) + Wire.string(point) + Wire.string(signed))
        try send([21])
        _ = try receive(21)
        let derive = { (letter: String) in Array(SHA256.hash(data: key + hash + Array(letter.utf8) + hash)) }
        receiving.activate(iv: derive("A"), key: derive("C"), mac: derive("E"))
        sending.activate(iv: derive("B"), key: derive("D"), mac: derive("F"))
    }

    func logIn() throws {
        try shakeHands()
        _ = try receive(5)
        try send([6] + Wire.string("ssh-userauth"))
        while true {
            var request = try receive(50)
            _ = try request.takeString()
            _ = try request.takeString()
            guard try request.takeString() == Array("publickey".utf8) else {
                try send([51] + Wire.string("publickey") + [0])
                continue
            }
            return try send([52])
        }
    }

    /// Confirms the next channel. Returns the client's number of it.
    @discardableResult
    func confirmChannel(window: UInt32 = 1 << 20) throws -> UInt32 {
        var open = try receive(90)
        _ = try open.takeString()
        let number = try open.takeNumber()
        try send([91] + Wire.number(number) + Wire.number(number) + Wire.number(window) + Wire.number(32768))
        return number
    }

    /// Log-in, the control channel, and a command that has been started. Returns the client's number of its channel.
    func startCommand(window: UInt32 = 1 << 20) throws -> UInt32 {
        try logIn()
        try confirmChannel()
        let number = try confirmChannel(window: window)
        _ = try receive(98)
        try send([99] + Wire.number(number))
        return number
    }

    func sendData(_ number: UInt32, _ bytes: [UInt8]) throws {
        try send([94] + Wire.number(number) + Wire.string(bytes))
    }

    func sendExit(_ number: UInt32, code: UInt32) throws {
        try send([98] + Wire.number(number) + Wire.string("exit-status") + [0] + Wire.number(code))
    }

    func sendClose(_ number: UInt32) throws {
        try send([96] + Wire.number(number))
        try send([97] + Wire.number(number))
    }
}
