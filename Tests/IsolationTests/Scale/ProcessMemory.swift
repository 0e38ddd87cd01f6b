import FoundationEssentials

/// What this process keeps in memory, in bytes. Source: `VmRSS` of proc(5).
func residentBytes() throws -> Int {
    let text = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    let line = text.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
    return (line?.split(separator: " ").compactMap { Int($0) }.first ?? 0) * 1024
}
