import Foundation
import TestSupport
import Testing

extension Tag {
    /// Needs a libvirt daemon; most of them boot guests.
    @Tag static var guest: Self
}

extension Trait where Self == ConditionTrait {
    static var onLibvirt: Self {
        .enabled("BULKHEAD_TEST_URI names no libvirt daemon to use; bin/test brings one") { Bench.uri != nil }
    }
}

/// Gives a suite a state directory of its own, and sees at its end that nothing was left in it.
struct BenchTrait: SuiteTrait, TestScoping {
    var inHostOfItsOwn = false

    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        let bench = try Bench(inHostOfItsOwn: inHostOfItsOwn)
        try await Bench.$current.withValue(bench) { try await function() }
        try await bench.end()
    }
}

extension Trait where Self == BenchTrait {
    static var bench: Self { BenchTrait() }
    /// For what would harm other tests' guests.
    static var benchInHostOfItsOwn: Self { BenchTrait(inHostOfItsOwn: true) }
}

/// The state directory of the running suite.
func bench() throws -> Bench { try #require(Bench.current, "the suite lacks the trait .bench") }

/// What a task sees of its guest.
@Suite(.serialized, .tags(.guest), .onLibvirt) enum TaskTests {}

/// What the host's administrator sees. Runs beside ``TaskTests``: two guests at a time.
@Suite(.serialized, .tags(.guest), .onLibvirt) enum HostTests {}
