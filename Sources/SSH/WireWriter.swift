/// Writes the data types of RFC 4251, section 5.
struct WireWriter {
    private(set) var bytes: [UInt8] = []

    mutating func write(_ number: UInt32) {
        for shift in stride(from: UInt32(24), through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: number >> shift))
        }
    }

    /// A `string`: its length, then its bytes.
    mutating func write(_ string: some Collection<UInt8>) {
        write(UInt32(string.count))
        bytes += string
    }

    mutating func append(_ raw: some Sequence<UInt8>) {
        bytes += raw
    }
}
