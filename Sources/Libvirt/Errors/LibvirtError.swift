internal import CLibvirt

/// A libvirt call that failed, with libvirt's own reason.
public struct LibvirtError: Error, Hashable, Sendable {
    /// The C function that failed, such as `virDomainCreate`.
    public let call: String
    public let code: Code
    /// The part of libvirt that raised the error (libvirt's "error domain").
    public let origin: Origin
    /// libvirt's text, such as "Domain not found: no domain with matching name 'a'".
    public let message: String

    public init(call: String, code: Code, origin: Origin = .none, message: String) {
        self.call = call
        self.code = code
        self.origin = origin
        self.message = message
    }
}

extension LibvirtError: CustomStringConvertible {
    public var description: String { "\(call): \(message) (\(code), \(origin))" }
}

extension LibvirtError {
    /// The calling thread's last error. libvirt keeps one per thread: read it where the call was made, at once.
    static func last(call: String) -> LibvirtError {
        guard let error = unsafe virGetLastError() else {
            return LibvirtError(call: call, code: .internalError, message: "the call failed and left no error")
        }
        return unsafe LibvirtError(
            call: call,
            code: Code(rawValue: error.pointee.code),
            origin: Origin(rawValue: error.pointee.domain),
            message: error.pointee.message.map { unsafe String(cString: $0) } ?? "no message"
        )
    }
}
