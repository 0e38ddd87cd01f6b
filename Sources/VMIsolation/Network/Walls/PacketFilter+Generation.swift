import Foundation
import Glibc

extension PacketFilter {
    /// Another one after each change of any rule of this network namespace, whoever makes it; nil where the kernel does not
    /// say. One question to the kernel (10 µs) instead of a process that lists the rules.
    ///
    /// Source: `NFT_MSG_GETGEN` of <linux/netfilter/nf_tables.h>.
    static var generation: String? {
        guard let number = kernelGeneration,
            let namespace = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/ns/net")
        else { return nil }
        return "\(namespace) \(number)"
    }

    private static var kernelGeneration: UInt32? {
        let netfilter: Int32 = 12
        let descriptor = socket(AF_NETLINK, Int32(SOCK_RAW.rawValue) | Int32(SOCK_CLOEXEC.rawValue), netfilter)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var patience = timeval(tv_sec: 1, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        // struct nlmsghdr with NLM_F_REQUEST, then an empty struct nfgenmsg. 10 is NFNL_SUBSYS_NFTABLES.
        var question = [UInt8](repeating: 0, count: 20)
        question.withUnsafeMutableBytes { bytes in
            bytes.storeBytes(of: 20, as: UInt32.self)
            bytes.storeBytes(of: 10 << 8 | 16, toByteOffset: 4, as: UInt16.self)
            bytes.storeBytes(of: 1, toByteOffset: 6, as: UInt16.self)
        }
        guard Glibc.send(descriptor, question, question.count, 0) == question.count else { return nil }
        var answer = [UInt8](repeating: 0, count: 512)
        let count = recv(descriptor, &answer, answer.count, 0)
        return count > 0 ? generation(in: Array(answer[..<count])) : nil
    }

    /// Of an NFT_MSG_NEWGEN: attributes behind the two headers, each with length and kind; kind 1 is the number, big end
    /// first.
    static func generation(in answer: [UInt8]) -> UInt32? {
        func short(_ at: Int) -> Int { Int(answer[at]) | Int(answer[at + 1]) << 8 }
        guard answer.count >= 20, short(4) == 10 << 8 | 15 else { return nil }
        var at = 20
        while at + 4 <= answer.count {
            let (length, kind) = (short(at), short(at + 2) & 0x3fff)
            guard length >= 4, at + length <= answer.count else { return nil }
            if kind == 1, length == 8 { return answer[at + 4..<at + 8].reduce(0) { $0 << 8 | UInt32($1) } }
            at += (length + 3) & ~3
        }
        return nil
    }
}
