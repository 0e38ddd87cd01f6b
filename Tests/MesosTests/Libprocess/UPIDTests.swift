import Mesos
import TestSupport
import Testing

struct UPIDTests {
    @Test(arguments: [
        "master@192.0.2.1:5050", "slave(1)@127.0.0.1:1", "@0.0.0.0:0", "slave-observer(12)@10.0.0.255:65535",
    ])
    func whatIsReadIsWrittenTheSame(_ text: String) throws {
        #expect(UPID(text)?.description == text)
    }

    @Test func itsPartsAreFound() {
        #expect(UPID("slave(1)@192.0.2.7:5051") == UPID(id: "slave(1)", host: "192.0.2.7", port: 5051))
        #expect(UPID("@0.0.0.0:0")?.isEmpty == true)
        #expect(UPID("master@0.0.0.0:0")?.isEmpty == false)
        #expect(UPID("@192.0.2.7:0")?.isEmpty == false)
    }

    @Test(arguments: [
        "", "@", ":", "master", "master@", "master@1.2.3.4", "master@1.2.3.4:", "master@1.2.3.4:x",
        "master@1.2.3.4:65536",
        "master@1.2.3.4:-1", "master@1.2.3.4:+1", "master@1.2.3:1", "master@1.2.3.4.5:1", "master@1.2.3.256:1",
        "master@1.2.3.04:1", "master@1.2.3.:1", "master@localhost:1", "master@::1:1", "a b@1.2.3.4:1",
        "a\r\nb@1.2.3.4:1",
        "a@b@1.2.3.4:1", "ä@1.2.3.4:1", "master@1.2.3.4:1 ",
    ])
    func whatIsNoneIsRefused(_ text: String) {
        #expect(UPID(text) == nil)
    }

    @Test func noiseIsRefusedOrReadAndNeverTraps() {
        var random = SeededGenerator(seed: 4)
        var read = 0
        for _ in 0..<5000 {
            var bytes = Array("slave(1)@127.0.0.1:5051".utf8)
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            guard let text = String(validating: bytes, as: UTF8.self), let pid = UPID(text) else { continue }
            read += 1
            #expect(UPID(pid.description) == pid)
        }
        #expect((1..<4000).contains(read))
    }
}
