/// The fields of `--json`, read as another program would.
struct RunReport: Decodable {
    struct Stage: Decodable {
        var stage: String
        var beginMilliseconds: Int
        var milliseconds: Int?
        var budgetMilliseconds: Int?
        var failure: String?
    }

    struct LeftOut: Decodable {
        var get: String
        var count: Int
        var notes: [String]
    }

    struct Failure: Decodable {
        var name: String
        var subject: String
        var detail: String
        var remedy: String
        var evidence: [String]
    }

    var name: String
    var outcome: String
    var evidence: [String]
    var exitStatus: Int32
    var signal: Int32?
    var failedStage: String?
    var error: Failure?
    var fetchError: Failure?
    var leftOut: [LeftOut]?
    var cleanUpError: Failure?
    var acceleration: String?
    var address: String?
    var memoryMiB: Int
    var memoryLimitMiB: Int?
    var keptKeyFile: String?
    var totalMilliseconds: Int
    var stages: [Stage]
}
