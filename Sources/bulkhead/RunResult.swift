import Foundation
import Isolation
import VMIsolation

/// What a run came to, for people and for programs. docs/launch.md describes the fields.
struct RunResult: Encodable {
    struct Failure: Encodable {
        var name: BulkheadError.Reason
        var subject: String
        var detail: String
        var remedy: String
        var evidence: [String]

        init(_ error: BulkheadError) {
            name = error.reason
            subject = error.subject
            detail = error.detail
            remedy = error.remedy
            evidence = error.evidence
        }
    }

    struct Links: Encodable {
        var get: String
        var count: Int
        var notes: [String]

        init(_ leftOut: LeftOut) {
            get = leftOut.guest
            count = leftOut.count
            // A guest chose the words.
            notes = leftOut.notes.map { ConsoleLog.printable($0) }
        }
    }

    var name: String
    var outcome: String
    /// What proves it.
    var evidence: [String]
    var exitStatus: Int32
    var signal: Int32?
    var failedStage: LaunchStage?
    var error: Failure?
    var fetchError: Failure?
    /// Nil where nothing was left out.
    var leftOut: [Links]?
    var cleanUpError: Failure?
    var acceleration: DomainPlan.Acceleration?
    var address: String?
    var memoryMiB: UInt64
    /// Guest and machine monitor together.
    var memoryLimitMiB: UInt64?
    var keptKeyFile: String?
    var totalMilliseconds: Int64
    var stages: [Timeline.Entry]

    init(_ report: ContainerReport, total: Duration) {
        name = report.record.id.description
        outcome = report.termination.outcome.name
        evidence = report.termination.evidence
        exitStatus = report.termination.outcome.exitStatus
        switch report.termination.outcome {
        case .signalled(let number), .interrupted(let number): signal = number
        default: break
        }
        if case .launchFailed(let stage, _) = report.termination.outcome { failedStage = stage }
        error = report.termination.outcome.error.map { Failure($0) }
        fetchError = report.termination.flaws.first.map { Failure($0) }
        leftOut = report.termination.leftOut.isEmpty ? nil : report.termination.leftOut.map { Links($0) }
        cleanUpError = report.cleanUpFailure.map { Failure($0) }
        acceleration = report.plan.acceleration
        address = report.plan.address
        memoryMiB = report.record.resources.memory.mebibytes
        memoryLimitMiB = report.plan.hardLimit?.mebibytes
        keptKeyFile =
            report.isKept && report.record.launcher == "vm" ? AccessFiles(directory: report.directory).clientKey : nil
        totalMilliseconds = total.milliseconds
        stages = report.timeline.entries
    }

    /// Text that belongs on standard error after the command's own.
    func text(_ report: ContainerReport) -> String {
        var text = ""
        switch report.termination.outcome {
        case .exited, .signalled: break
        case .launchFailed(let stage, let error):
            text += "bulkhead: launch failed at stage \(stage.rawValue): \(error)\n"
        case .hostFailed(let error): text += "bulkhead: \(error)\n"
        case .outOfMemory:
            text +=
                "bulkhead: outOfMemory: the guest's \(report.record.resources.memory) were used up; give more with --mem\n"
        case .guestPoweredOff, .guestRebooted, .guestPanicked:
            text +=
                "bulkhead: \(outcome): the guest ended before the command's result was known; see bulkhead console \(name)\n"
        case .monitorKilled:
            let monitor = report.record.launcher == "vm" ? "the guest's QEMU process" : "what waited for the command"
            text += "bulkhead: monitorKilled: \(monitor) ended; see the host's log\n"
        case .outOfDisk: text += "bulkhead: outOfDisk: the scratch space was used up; give more with --disk\n"
        case .limitReached(let what): text += "bulkhead: limitReached: \(what)\n"
        case .timeLimit: text += "bulkhead: timeLimit: the command was ended at its --timeout\n"
        case .interrupted: text += "bulkhead: interrupted before the command ran\n"
        case .destroyed: text += "bulkhead: destroyed on request\n"
        }
        for links in leftOut ?? [] { text += RunResult.lines(links) }
        for error in report.termination.flaws + (report.cleanUpFailure.map { [$0] } ?? []) {
            text += "bulkhead: \(error)\n"
        }
        if report.isKept, let address {
            let kept = AccessFiles(directory: report.directory)
            text +=
                "bulkhead: kept \(name) at \(address)\n"
                + "  reach it: ssh -i \(kept.clientKey) -o UserKnownHostsFile=\(kept.knownHosts) root@\(address)\n"
                + "  end it:   bulkhead rm \(name)\n"
        }
        return text
    }

    private static func lines(_ links: Links) -> String {
        let get = "bulkhead: --get \(ConsoleLog.printable(links.get)): left out: "
        let more = links.count - links.notes.count
        let rest = more > 0 ? ["\(more) more links"] : []
        return (links.notes + rest).map { get + $0 + "\n" }.joined()
    }

    func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
    }
}
