internal import CLibvirt
internal import FoundationEssentials

/// Copies a name that the libvirt object owns.
func readName(_ call: String, _ name: UnsafePointer<CChar>?) throws(LibvirtError) -> String {
    guard let name = unsafe name else { throw .last(call: call) }
    return unsafe String(cString: name)
}

/// Reads the 16 bytes of a UUID.
func readUUID(_ call: String, _ body: (UnsafeMutablePointer<UInt8>?) -> Int32) throws(LibvirtError) -> UUID {
    var uuid = uuid_t(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    let status = unsafe withUnsafeMutableBytes(of: &uuid) { bytes in
        unsafe body(bytes.bindMemory(to: UInt8.self).baseAddress)
    }
    try check(call, status)
    return UUID(uuid: uuid)
}

/// Lends the 16 bytes of a UUID to a look-up.
func withUUIDBytes(_ uuid: UUID, _ body: (UnsafePointer<UInt8>?) -> OpaquePointer?) -> OpaquePointer? {
    unsafe withUnsafeBytes(of: uuid.uuid) { bytes in
        unsafe body(bytes.bindMemory(to: UInt8.self).baseAddress)
    }
}

/// Copies a string that a C structure owns.
func string(_ characters: UnsafeMutablePointer<CChar>?) -> String? {
    guard let characters = unsafe characters else { return nil }
    return unsafe String(cString: characters)
}
