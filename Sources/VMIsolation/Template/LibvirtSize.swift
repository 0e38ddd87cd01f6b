/// Amounts as libvirt's XML writes them.
enum LibvirtSize {
    /// Bytes; nil where the text is no whole number or the unit is unknown. Source: `virScaleInteger`.
    /// - Parameter unit: KiB where it is left out.
    static func bytes(_ text: String, unit: String?) -> UInt64? {
        let scales: [String: UInt64] = [
            "b": 1, "bytes": 1, "kb": 1000, "k": 1 << 10, "kib": 1 << 10, "mb": 1_000_000, "m": 1 << 20,
            "mib": 1 << 20, "gb": 1_000_000_000, "g": 1 << 30, "gib": 1 << 30, "tb": 1_000_000_000_000,
            "t": 1 << 40, "tib": 1 << 40,
        ]
        guard let number = UInt64(text.trimmedAll), let scale = scales[(unit ?? "KiB").lowercased()] else { return nil }
        let (bytes, overflow) = number.multipliedReportingOverflow(by: scale)
        return overflow ? nil : bytes
    }
}
