import FoundationEssentials

/// The path, or the nearest directory above it that is there.
package func nearestPlace(to path: String) -> String {
    var url = URL(fileURLWithPath: path)
    while url.path != "/", !FileManager.default.fileExists(atPath: url.path) { url.deleteLastPathComponent() }
    return url.path
}
