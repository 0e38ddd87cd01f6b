internal import CLibvirt
internal import Glibc

/// Turns a nil pointer into the error that the call left on this thread.
func check<Pointee>(
    _ call: String,
    _ result: UnsafeMutablePointer<Pointee>?
) throws(LibvirtError) -> UnsafeMutablePointer<Pointee> {
    guard let result = unsafe result else { throw .last(call: call) }
    return unsafe result
}

/// Turns a nil pointer into the error that the call left on this thread.
func check(_ call: String, _ result: OpaquePointer?) throws(LibvirtError) -> OpaquePointer {
    guard let result = unsafe result else { throw .last(call: call) }
    return unsafe result
}

/// Turns a negative status into the error that the call left on this thread.
@discardableResult
func check(_ call: String, _ status: Int32) throws(LibvirtError) -> Int32 {
    guard status >= 0 else { throw .last(call: call) }
    return status
}

/// Copies a string that the caller of libvirt owns, and frees it.
func checkString(_ call: String, _ result: UnsafeMutablePointer<CChar>?) throws(LibvirtError) -> String {
    let string = try unsafe check(call, result)
    defer { unsafe free(string) }
    return unsafe String(cString: string)
}

/// Refuses a string that C would cut short at a zero byte.
func checkArgument(_ call: String, _ strings: String?...) throws(LibvirtError) {
    for case .some(let string) in strings where string.utf8.contains(0) {
        throw LibvirtError(call: call, code: .invalidArgument, message: "an argument contains a zero byte")
    }
}
