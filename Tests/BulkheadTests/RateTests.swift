import Foundation
import TestSupport
import Testing

extension HostTests {
    /// Rates really limit: against the same work without a limit.
    @Suite(.bench) struct RateTests {
        /// Seconds for a large write, and for many small ones, in the guest's own time.
        private func seconds(_ options: [String]) async throws -> (large: Double, small: Double) {
            let script = """
                now() { read -r up _ </proc/uptime; echo "$1 $up"; }
                now a; dd if=/dev/zero of=large bs=1M count=24 2>/dev/null; sync
                now b; for i in 1 2 3 4 5 6 7 8 9 10 11 12; do echo $i >small$i; sync; done
                now c
                """
            let run = try await bench().run(["--disk", "64"] + options, shell: script)
            let times = run.lines.compactMap { $0.split(separator: " ").last.flatMap { Double($0) } }
            try #require(run.status == 0 && times.count == 3, "\(run)")
            return (times[1] - times[0], times[2] - times[1])
        }

        @Test func diskRatesLimit() async throws {
            let free = try await seconds([])
            // Far below what this host does, however slow it is today.
            let rate = min(3, 24 / free.large / 4)
            let slow = try await seconds(["--disk-rate", "\(Int(rate * 1024))K"])
            // A tenth of a second's worth comes at once.
            let told = "24 MiB in \(slow.large) s, at \(rate) a second"
            #expect(slow.large > 23 / rate - 1 && slow.large < 72 / rate, "\(told)")
            #expect(slow.large > free.large * 2, "\(slow.large) s against \(free.large) s")
            // Each small write is at least two.
            let writes = max(1, min(10, Int(24 / free.small / 4)))
            let few = try await seconds(["--disk-iops", "\(writes)"])
            #expect(few.small > 20 / Double(writes), "\(few.small) s, at \(writes) a second")
            #expect(few.small > free.small * 2, "\(few.small) s against \(free.small) s")
        }

        private static let probe = """
            n=rate$$; ip tuntap add $n mode tap && tc qdisc add dev $n root handle 1: htb default 1 &&
            tc class add dev $n parent 1: classid 1:1 htb rate 1024kbps &&
            tc qdisc add dev $n parent 1:1 handle 2: sfq perturb 10 && tc qdisc add dev $n ingress &&
            tc filter add dev $n parent ffff: protocol all u32 match u32 0 0 police rate 1024kbps burst 1024kb mtu 64kb \
            drop flowid :1; status=$?; ip link delete $n; exit $status
            """

        /// Whether this host's kernel and `tc` can do what libvirt asks of them.
        @Sendable private static func limitsNetworks() async throws -> Bool {
            let words = ["/bin/sh", "-c", probe].map { Array($0.utf8) }
            let environment = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"].map { Array($0.utf8) }
            return try await RunningProgram(words, environment: environment).wait(within: .seconds(20)) == 0
        }

        @Test(.enabled("this host's kernel lacks what libvirt has tc use: htb, sfq, ingress, police", limitsNetworks))
        func theNetworkRateLimitsBothWays() async throws {
            let here = TemporaryDirectory()
            let file = try here.file("in", (0..<(6 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 13) })
            func milliseconds(_ options: [String]) async throws -> (in: Int, out: Int) {
                let words = ["--put", "\(file):/sandbox/x", "--get", "/sandbox/x:\(here.path)/out"]
                let run = try await bench().run(words + options, command: ["true"])
                #expect(run.status == 0, "\(run)")
                let stages = try run.report.stages
                func time(_ name: String) throws -> Int {
                    try #require(stages.first { $0.stage == name }?.milliseconds)
                }
                return (try time("copy"), try time("fetch"))
            }
            let free = try await milliseconds([])
            let slow = try await milliseconds(["--network-rate", "1M"])
            // A second's worth may come at once.
            #expect(slow.in > 4000 && slow.in > free.in * 2, "\(slow) against \(free)")
            #expect(slow.out > 4000 && slow.out > free.out * 2, "\(slow) against \(free)")
            let same = FileManager.default.contentsEqual(atPath: file, andPath: here.path + "/out")
            #expect(same)
        }

        @Test(.enabled("this host can limit networks") { try await !limitsNetworks() })
        func aNetworkRateThatTheHostCannotKeepIsRefused() async throws {
            let run = try await bench().run(["--network-rate", "1M"], command: ["true"])
            let report = try run.report
            #expect(run.status == 125 && report.error?.name == "startFailed", "\(run)")
            #expect(report.error?.detail.contains("tc ") == true, "\(run)")
        }
    }
}
