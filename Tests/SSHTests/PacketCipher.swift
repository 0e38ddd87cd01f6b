import Crypto
import CryptoExtras
import Foundation

/// One direction of a connection: plain at first, then aes128-ctr with hmac-sha2-256.
struct PacketCipher {
    private var key: SymmetricKey?
    private var mac = SymmetricKey(size: .bits256)
    private var counter = [UInt8](repeating: 0, count: 16)
    private var sequence: UInt32 = 0

    var isActive: Bool { key != nil }

    mutating func activate(iv: [UInt8], key: [UInt8], mac: [UInt8]) {
        self.key = SymmetricKey(data: key.prefix(16))
        self.mac = SymmetricKey(data: mac)
        counter = Array(iv.prefix(16))
    }

    mutating func seal(_ payload: [UInt8]) throws -> [UInt8] {
        var padding = 16 - (payload.count + 5) % 16
        if padding < 4 { padding += 16 }
        let body = payload + [UInt8](repeating: 0, count: padding)
        return try seal(length: UInt32(body.count + 1), padding: UInt8(padding), body: body)
    }

    mutating func seal(length: UInt32, padding: UInt8, body: [UInt8]) throws -> [UInt8] {
        let packet = Wire.number(length) + [padding] + body
        defer { sequence &+= 1 }
        guard isActive else { return packet }
        let code = HMAC<SHA256>.authenticationCode(for: Wire.number(sequence) + packet, using: mac)
        return crypt(packet) + Array(code)
    }

    mutating func open(_ bytes: [UInt8]) -> [UInt8] {
        isActive ? crypt(bytes) : bytes
    }

    private mutating func crypt(_ bytes: [UInt8]) -> [UInt8] {
        guard let key, let nonce = try? AES._CTR.Nonce(nonceBytes: counter),
            let result = try? AES._CTR.encrypt(bytes, using: key, nonce: nonce)
        else { return [] }
        for _ in 0..<((bytes.count + 15) / 16) { advance() }
        return Array(result)
    }

    private mutating func advance() {
        for index in counter.indices.reversed() {
            counter[index] &+= 1
            if counter[index] != 0 { return }
        }
    }
}
