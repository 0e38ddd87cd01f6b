import Foundation
import TestSupport
import Testing

extension HostTests {
    /// How the machine monitor is held: what a guest that took it over would have in its hands.
    @Suite(.bench) struct ConfinementTests {
        private func lines(_ file: String, of process: Int32) throws -> [Substring] {
            try String(contentsOfFile: "/proc/\(process)/\(file)", encoding: .utf8).split(separator: "\n")
        }

        private func status(of process: Int32) throws -> [String: [String]] {
            let pairs = try lines("status", of: process).map { line in
                let words = line.split(whereSeparator: \.isWhitespace).map(String.init)
                return (words.first ?? "", Array(words.dropFirst()))
            }
            return Dictionary(pairs) { $1 }
        }

        private func up(_ options: [String] = []) async throws -> (guest: Launched, monitor: Int32) {
            let launched = try bench().launch(options, shell: "echo up; read word; echo $word", input: .pipe)
            try await launched.program.awaitOutput("up\n")
            return (launched, try #require(Bench.monitors(of: launched.name).first))
        }

        private func end(_ guest: Launched) async throws {
            try guest.program.closeInput()
            #expect(try await bench().finish(guest).status == 0)
        }

        @Test func itIsFilteredAndHasNoRights() async throws {
            let (guest, monitor) = try await up()
            for thread in try FileManager.default.contentsOfDirectory(atPath: "/proc/\(monitor)/task") {
                let status = try status(of: #require(Int32(thread)))
                #expect(status["Seccomp:"] == ["2"] && status["NoNewPrivs:"] == ["1"], "\(status)")
                let rights = ["CapInh:", "CapPrm:", "CapEff:", "CapAmb:"].flatMap { status[$0] ?? ["none"] }
                #expect(rights.allSatisfy { UInt64($0, radix: 16) == 0 }, "\(status)")
                let users = Set(try #require(status["Uid:"]))
                #expect(users.count == 1 && users.first.flatMap { UInt32($0) }.map { $0 >= 0x7000_0000 } == true)
                #expect(status["Groups:"]?.allSatisfy { status["Gid:"]?.contains($0) == true } == true, "\(status)")
            }
            let words = try String(contentsOfFile: "/proc/\(monitor)/cmdline", encoding: .utf8)
            let filter = "-sandbox\0on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny\0"
            #expect(words.contains(filter), "\(words)")
            // Neither started nor plugged in: another monitor, a debugger, a screen.
            for word in ["-gdb", "-qmp", "-vnc", "-spice", "guest_agent", "virtio-serial", "usb-"] {
                #expect(!words.contains(word), "\(word): \(words)")
            }
            #expect(words.components(separatedBy: "-mon\0").count == 2, "libvirt's monitor alone: \(words)")
            try await end(guest)
        }

        /// Its filter keeps it from processes, this from threads without end.
        @Test(arguments: ["1", "2"]) func itsThreadsAreBounded(_ cpus: String) async throws {
            let (guest, monitor) = try await up(["--cpus", cpus])
            let limit = try lines("limits", of: monitor).first { $0.hasPrefix("Max processes") }.map(String.init)
            let most = 256 + (try #require(Int(cpus)))
            #expect(limit?.split(separator: " ").dropFirst(2).prefix(2) == ["\(most)", "\(most)"], "\(limit ?? "none")")
            // They count: with its user, and a limit of what there is, nothing more starts.
            let ids = try ["Uid:", "Gid:"].map { try #require(try status(of: monitor)[$0]?.first) }
            let threads = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(monitor)/task").count
            for (number, status) in [(threads, "no"), (threads + 100, "yes")] {
                let asIt = ["setpriv", "--reuid=\(ids[0])", "--regid=\(ids[1])", "--clear-groups"]
                let trying = ["prlimit", "--nproc=\(number)", "sh", "-c", "(true) && echo yes"]
                let tried = try await bench().tool(asIt + trying)
                #expect((tried.lines.first ?? "no") == status, "\(number): \(tried)")
            }
            try await end(guest)
        }

        /// Its files are its container's and the image's; the rest are devices, and what its program is made of.
        @Test func itHasOnlyItsContainersFilesOpen() async throws {
            let (guest, monitor) = try await up()
            let own = "\(try bench().state)/containers/\(guest.name)/"
            let image = Bench.images + "/default/"
            let links = "/proc/\(monitor)/fd"
            let open = try FileManager.default.contentsOfDirectory(atPath: links).compactMap {
                try? FileManager.default.destinationOfSymbolicLink(atPath: links + "/" + $0)
            }
            let mapped = try lines("maps", of: monitor).compactMap { line -> String? in
                line.firstIndex(of: "/").map { String(line[$0...]) }
            }
            let known = Set(
                [own + "scratch.raw", image + "vmlinux", image + "initrd", "/run/libvirt/qemu/\(guest.domain).pid"]
                    + ["/dev/null", "/dev/urandom", "/dev/ptmx", "/dev/net/tun", "/dev/kvm"])
            let program = ["/usr/lib/", "/usr/bin/qemu-system-", "/usr/share/qemu/", "/usr/share/seabios/"]
            let strange = Set(open + mapped).filter { path in
                path.hasPrefix("/") && !known.contains(path) && !program.contains { path.hasPrefix($0) }
                    && !path.hasPrefix("/memfd:")
            }
            #expect(strange.isEmpty)
            #expect(open.contains(own + "scratch.raw"), "but it has its disk: \(open)")
            let sockets = Set(open.filter { $0.hasPrefix("socket:[") }.map { $0.dropFirst(8).dropLast() })
            for table in ["tcp", "tcp6", "udp", "udp6", "raw", "packet"] {
                let used = try lines("net/" + table, of: monitor).dropFirst().flatMap { $0.split(separator: " ") }
                #expect(sockets.isDisjoint(with: used), "a socket in \(table)")
            }
            let monitors = try lines("net/unix", of: monitor).filter { line in
                line.split(separator: " ").dropFirst(6).first.map { sockets.contains($0) } == true
            }
            #expect(!monitors.isEmpty && monitors.allSatisfy { $0.hasSuffix("/monitor.sock") }, "\(monitors)")
            try await end(guest)
        }

        /// With its user's rights, and without its filter, which would keep it from running anything at all.
        @Test func itsUserReachesNothingOfAnother() async throws {
            let bench = try bench()
            let (first, monitor) = try await up()
            let (second, other) = try await up()
            let ids = try ["Uid:", "Gid:"].map { try #require(try status(of: monitor)[$0]?.first) }
            #expect(try status(of: other)["Uid:"]?.first != ids[0])
            func may(_ right: String, _ file: String) async throws -> Bool {
                let asIt = ["--reuid=\(ids[0])", "--regid=\(ids[1])", "--clear-groups"]
                let words = ["/usr/bin/setpriv"] + asIt + ["sh", "-c", "[ -\(right) \"$1\" ]", "sh", file]
                let program = try RunningProgram(words.map { Array($0.utf8) }, environment: bench.environment())
                return try await program.wait(within: .seconds(20)) == 0
            }
            let (own, theirs) = (
                "\(bench.state)/containers/\(first.name)/", "\(bench.state)/containers/\(second.name)/"
            )
            for right in ["r", "w"] { #expect(try await may(right, own + "scratch.raw"), "its own disk") }
            #expect(try await may("r", own + "seed"), "its own seed")
            #expect(try await !may("w", own + "seed"), "its own seed")
            for file in ["vmlinux", "initrd"] {
                let path = Bench.images + "/default/" + file
                #expect(try await may("r", path), "\(path)")
                #expect(try await !may("w", path), "\(path)")
            }
            let libvirt = "/var/lib/libvirt/qemu/"
            let machine = try #require(
                try FileManager.default.contentsOfDirectory(atPath: libvirt).first { $0.hasSuffix("-" + second.domain) }
            )
            let closed = [
                theirs + "scratch.raw", theirs + "seed", theirs + "console.log", own + "console.log",
                bench.state + "/ledger.sqlite", libvirt + machine + "/master-key.aes",
                libvirt + machine + "/monitor.sock",
                "/run/libvirt/libvirt-sock", "/run/libvirt/qemu/\(second.domain).xml", "/proc/\(other)/mem",
            ]
            for file in closed {
                #expect(FileManager.default.fileExists(atPath: file), "\(file) is not there to be refused")
                #expect(try await !may("w", file), "\(file) can be written")
                // Of a socket nothing is read; who may write connects.
                if !file.hasSuffix(".sock") { #expect(try await !may("r", file), "\(file) can be read") }
            }
            for directory in [bench.state, bench.state + "/containers", own] {
                for right in ["r", "w"] { #expect(try await !may(right, directory), "\(directory) has \(right)") }
            }
            try await end(first)
            try await end(second)
        }

        /// docs/templates.md says why each is there.
        @Test func theGuestHasTheseDevicesAndNoOthers() async throws {
            let script = """
                for d in /sys/bus/pci/devices/*; do echo "pci $(cat $d/vendor):$(cat $d/device)"; done
                for d in /dev/vport* /dev/virtio-ports /dev/hvc* /sys/bus/usb/devices/* /dev/sr*; do
                    [ ! -e "$d" ] || echo "other $d"; done
                ls /sys/firmware/qemu_fw_cfg/by_name/opt 2>/dev/null; echo end
                """
            let run = try await bench().run(shell: script)
            let devices = run.lines.filter { $0.hasPrefix("pci ") }.map {
                String($0.dropFirst(4).replacing("0x", with: ""))
            }
            let text = try String(contentsOfFile: Bench.repository + "/docs/templates.md", encoding: .utf8)
            let known = Set(text.matches(of: /`([0-9a-f]{4}:[0-9a-f]{4})`/).map { String($0.output.1) })
            #expect(!devices.isEmpty && Set(devices) == known, "\(run)")
            #expect(run.status == 0 && !run.text.contains("other "), "\(run)")
        }
    }
}
