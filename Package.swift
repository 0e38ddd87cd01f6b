// swift-tools-version: 6.2
import PackageDescription

let house: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

/// The targets that touch C pointers: every `unsafe` in them is in sight.
let wrapper = house + [.strictMemorySafety()]

let package = Package(
    name: "bulkhead",
    products: [
        .executable(name: "bulkhead", targets: ["bulkhead"]),
        .executable(name: "bulkhead-agent", targets: ["bulkhead-agent"]),
        .library(name: "Libvirt", targets: ["Libvirt"]),
        .library(name: "SSH", targets: ["SSH"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
    ],
    targets: [
        .systemLibrary(name: "CLibvirt", pkgConfig: "libvirt", providers: [.apt(["libvirt-dev"])]),
        .target(name: "CLibssh2", linkerSettings: [.linkedLibrary("ssh2")]),
        .target(
            name: "Libvirt",
            dependencies: ["CLibvirt", .product(name: "NIOPosix", package: "swift-nio")],
            swiftSettings: wrapper),
        .target(
            name: "SSH",
            dependencies: ["CLibssh2", .product(name: "Crypto", package: "swift-crypto")],
            swiftSettings: wrapper),
        .target(name: "Isolation", swiftSettings: house),
        .systemLibrary(name: "CLinux"),
        .target(name: "HostIsolation", dependencies: ["Isolation", "CLinux"], swiftSettings: house),
        .target(
            name: "VMIsolation",
            dependencies: [
                "Isolation", "HostIsolation", "Libvirt", "SSH",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "Mustache", package: "swift-mustache"),
            ],
            swiftSettings: house),
        .target(
            name: "HostSetup",
            dependencies: [
                "VMIsolation", "Isolation", .product(name: "Configuration", package: "swift-configuration"),
            ],
            swiftSettings: house),
        .target(
            name: "SelfTest",
            dependencies: [
                "CLinux", "HostIsolation", "Isolation", "VMIsolation", .product(name: "Subprocess", package: "swift-subprocess"),
            ],
            swiftSettings: house),
        .executableTarget(
            name: "bulkhead-agent",
            dependencies: [
                "Agent", "HostSetup", "Isolation", "Mesos", "VMIsolation",
                .product(name: "Logging", package: "swift-log"), .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
            ],
            swiftSettings: house),
        .executableTarget(
            name: "bulkhead",
            dependencies: [
                "ExecutorCore", "HostSetup", "SelfTest", "VMIsolation", "Isolation", "Libvirt",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"), .product(name: "Subprocess", package: "swift-subprocess"),
            ],
            swiftSettings: house),
        .target(
            name: "Mesos",
            dependencies: [
                .product(name: "Crypto", package: "swift-crypto"), .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
            ],
            exclude: ["Protos"], swiftSettings: house),
        .target(
            name: "Agent",
            dependencies: [
                "Isolation", "Mesos", .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "GRDB", package: "GRDB.swift"), .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
            ],
            swiftSettings: house),
        .target(name: "ExecutorCore", swiftSettings: house),
        .executableTarget(name: "bulkhead-executor", dependencies: ["ExecutorCore", "CLinux"], swiftSettings: house),
        .target(name: "TestSupport", dependencies: ["CLinux"], path: "Tests/TestSupport", swiftSettings: house),
        .target(
            name: "IsolationTestSupport", dependencies: ["Isolation", "TestSupport"],
            path: "Tests/IsolationTestSupport",
            swiftSettings: house),
        .testTarget(name: "LibvirtTests", dependencies: ["Libvirt"], swiftSettings: house),
        .testTarget(
            name: "SSHTests",
            dependencies: [
                "SSH", "TestSupport", .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
            ],
            swiftSettings: house),
        .testTarget(
            name: "ExecutorTests", dependencies: ["bulkhead-executor", "ExecutorCore", "TestSupport"],
            swiftSettings: house),
        .testTarget(
            name: "IsolationTests", dependencies: ["Isolation", "IsolationTestSupport", "TestSupport"],
            swiftSettings: house),
        .testTarget(
            name: "HostIsolationTests",
            dependencies: ["HostIsolation", "Isolation", "IsolationTestSupport", "TestSupport"],
            swiftSettings: house),
        .testTarget(
            name: "VMIsolationTests",
            dependencies: [
                "VMIsolation", "HostIsolation", "IsolationTestSupport", "TestSupport",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "Subprocess", package: "swift-subprocess"),
            ],
            swiftSettings: house),
        .testTarget(
            name: "MesosTests",
            dependencies: [
                "Mesos", "TestSupport", .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
                .product(name: "Subprocess", package: "swift-subprocess"),
            ],
            swiftSettings: house),
        .testTarget(
            name: "AgentTests",
            dependencies: [
                "Agent", "HostIsolation", "Isolation", "IsolationTestSupport", "Mesos", "TestSupport",
                .product(name: "GRDB", package: "GRDB.swift"), .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
            ],
            swiftSettings: house),
        .testTarget(
            name: "BulkheadAgentTests",
            dependencies: [
                "bulkhead", "bulkhead-agent", "Mesos", "TestSupport", .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
            ],
            swiftSettings: house),
        .executableTarget(
            name: "crash-worker", dependencies: ["VMIsolation", "Isolation", "IsolationTestSupport", "TestSupport"],
            path: "Tests/CrashWorker", swiftSettings: house),
        .testTarget(
            name: "BulkheadTests",
            dependencies: [
                "bulkhead", "crash-worker", "HostIsolation", "SelfTest", "VMIsolation", "Isolation", "Libvirt",
                "IsolationTestSupport", "TestSupport",
            ],
            swiftSettings: house),
    ]
)

/// libFuzzer has a `main` of its own: what is fuzzed is a program where `bin/fuzz` asks for it, else a suite of tests.
let fuzzed: [Target.Dependency] = [
    "Agent", "ExecutorCore", "Isolation", "Mesos", "VMIsolation", .product(name: "NIOCore", package: "swift-nio"),
    .product(name: "NIOEmbedded", package: "swift-nio"), .product(name: "NIOHTTP1", package: "swift-nio"),
    .product(name: "SwiftProtobuf", package: "swift-protobuf"),
]
package.targets.append(
    Context.environment["BULKHEAD_FUZZ"] == nil
        ? .testTarget(
            name: "FuzzTests", dependencies: fuzzed + ["TestSupport"], exclude: ["Main", "Seeds", "Findings"],
            swiftSettings: house)
        : .executableTarget(
            name: "bulkhead-fuzz", dependencies: fuzzed, path: "Tests/FuzzTests", sources: ["Targets", "Main"],
            swiftSettings: house))
