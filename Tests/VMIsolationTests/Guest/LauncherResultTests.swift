import Isolation
import Testing

@testable import VMIsolation

@Suite struct LauncherResultTests {
    private func parse(_ text: String) -> LauncherResult? { LauncherResult(Array(text.utf8), nonce: "abc") }

    @Test func aWholeResultIsRead() {
        let result = parse("nonce=abc\nstatus=7\noom=1\nfull=1\nerror=\n")
        #expect(
            result?.status == 7 && result?.killedForMemory == 1 && result?.diskIsFull == true && result?.error == "")
    }

    @Test func howItEndedIsReadFromIt() {
        func outcome(_ status: Int, oom: Int = 0, full: Int = 0) -> Outcome? {
            parse("nonce=abc\nstatus=\(status)\noom=\(oom)\nfull=\(full)\nerror=\n")?.outcome
        }
        #expect(outcome(7) == .exited(7) && outcome(143) == .signalled(15))
        #expect(outcome(137) == .signalled(9) && outcome(137, oom: 1) == .outOfMemory)
        #expect(outcome(1, full: 1) == .outOfDisk(1))
    }

    @Test(arguments: [
        "", "nonce=abc\n", "nonce=xyz\nstatus=0\noom=0\nfull=0\nerror=\n", "status=0\noom=0\nfull=0\nerror=\n",
        "nonce=abc\nstatus=0\nstatus=1\noom=0\nfull=0\nerror=\n", "nonce=abc\nstatus=999\noom=0\nfull=0\nerror=\n",
        "nonce=abc\nstatus=-1\noom=0\nfull=0\nerror=\n", "nonce=abc\nstatus=0\noom=-1\nfull=0\nerror=\n",
        "nonce=abc\nstatus=zero\noom=0\nfull=0\nerror=\n", "nonce=abc\nstatus=0\noom=0\nfull=0\nerror=\nmore=1\n",
        "nonce abc",
        "nonce=abc\nstatus=0\noom=0\nfull=2\nerror=\n", "nonce=abc\nstatus=0\noom=0\nerror=\n",
    ])
    func aForgedOrBrokenOneIsNot(_ text: String) { #expect(parse(text) == nil) }

    @Test func anEndlessOrBinaryOneIsNot() {
        #expect(LauncherResult([UInt8](repeating: 65, count: 1 << 20), nonce: "abc") == nil)
        #expect(LauncherResult([0xff, 0xfe, 0], nonce: "abc") == nil)
    }
}
