import Glibc
import Isolation
import NIOCore
import NIOHTTP1
import NIOPosix

extension BulkheadError {
    /// Of a connection that could not be made, or broke.
    init(unreachable address: AgentAddress, because error: any Error) {
        let why =
            switch error {
            case let error as IOError: String(cString: strerror(error.errnoCode))
            case let error as NIOConnectionError: Self.words(error)
            case ChannelError.connectTimeout: "it does not answer"
            case ChannelError.eof, ChannelError.inputClosed, ChannelError.ioOnClosedChannel,
                HTTPParserError.invalidEOFState:
                "it closed the connection in the midst of its answer"
            case is AgentSilent: AgentSilent.words
            case is HTTPParserError: "what answers there speaks no HTTP"
            default: "\(error)"
            }
        self.init(
            .agentUnreachable, "agent \(address)", why,
            remedy: "start it, or name another one with --agent or BULKHEAD_AGENT")
    }

    private static func words(_ error: NIOConnectionError) -> String {
        if let last = error.connectionErrors.last?.error {
            if let error = last as? IOError { return String(cString: strerror(error.errnoCode)) }
            return "it does not answer"
        }
        return "there is no host “\(error.host)”"
    }

    /// What an agent answered, in the words of its own error where it is one.
    init(status: Int, _ text: String, of address: AgentAddress, hasCredential: Bool) {
        let lines = text.split(separator: "\n").map(String.init)
        let parts = (lines.first ?? "").split(separator: ": ", maxSplits: 2).map(String.init)
        if status == 401 {
            self.init(
                .credentialRefused, "agent \(address)",
                hasCredential ? "it does not take this name and secret" : "it wants a name and a secret",
                remedy: "give --credentials FILE, or BULKHEAD_CREDENTIALS")
        } else if parts.count == 3, let reason = Reason(rawValue: parts[0]) {
            let (remedy, mark) = ("  remedy: ", "  | ")
            self.init(
                reason, parts[1], parts[2],
                remedy: lines.first { $0.hasPrefix(remedy) }.map { String($0.dropFirst(remedy.count)) } ?? "",
                evidence: lines.filter { $0.hasPrefix(mark) }.map { String($0.dropFirst(mark.count)) })
        } else if status == 503 {
            self.init(.agentUnreachable, "agent \(address)", lines.joined(separator: " "), remedy: "try again")
        } else {
            self.init(
                .agentRefused, "agent \(address)", "status \(status): \(lines.joined(separator: " "))",
                remedy: status == 404 ? "see that it is a Bulkhead agent of this version" : "")
        }
    }
}
