internal import CLibssh2

/// A status of libssh2, `LIBSSH2_ERROR_…` in `libssh2.h`. Unknown values are kept.
public struct LibSSH2Code: RawRepresentable, Hashable, Sendable {
    public let rawValue: Int32

    public init(rawValue: Int32) {
        self.rawValue = rawValue
    }

    public static let outOfMemory = LibSSH2Code(rawValue: LIBSSH2_ERROR_ALLOC)
    public static let socketSend = LibSSH2Code(rawValue: LIBSSH2_ERROR_SOCKET_SEND)
    public static let socketReceive = LibSSH2Code(rawValue: LIBSSH2_ERROR_SOCKET_RECV)
    public static let socketDisconnect = LibSSH2Code(rawValue: LIBSSH2_ERROR_SOCKET_DISCONNECT)
    public static let bannerReceive = LibSSH2Code(rawValue: LIBSSH2_ERROR_BANNER_RECV)
    public static let keyExchange = LibSSH2Code(rawValue: LIBSSH2_ERROR_KEY_EXCHANGE_FAILURE)
    public static let authenticationFailed = LibSSH2Code(rawValue: LIBSSH2_ERROR_AUTHENTICATION_FAILED)
    public static let publicKeyUnverified = LibSSH2Code(rawValue: LIBSSH2_ERROR_PUBLICKEY_UNVERIFIED)
    public static let channelFailure = LibSSH2Code(rawValue: LIBSSH2_ERROR_CHANNEL_FAILURE)
    public static let channelRequestDenied = LibSSH2Code(rawValue: LIBSSH2_ERROR_CHANNEL_REQUEST_DENIED)
    public static let timeout = LibSSH2Code(rawValue: LIBSSH2_ERROR_TIMEOUT)
    /// Not libssh2's own: one of its assertions failed on what the server sent, and the guard caught it.
    public static let assertionFailed = LibSSH2Code(rawValue: Int32(CLIBSSH2_ASSERTION_FAILED))

    static let again = LibSSH2Code(rawValue: LIBSSH2_ERROR_EAGAIN)
}
