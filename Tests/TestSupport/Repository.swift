import Foundation

/// Where the sources are that these tests were built from.
public enum Repository {
    public static let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path
}
