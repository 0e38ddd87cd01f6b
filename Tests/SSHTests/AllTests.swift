import Testing

/// One test at a time: some measure the memory of the process.
@Suite(.serialized, .timeLimit(.minutes(5)))
enum AllTests {}
