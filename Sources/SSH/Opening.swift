/// A channel being opened. libssh2 opens one at a time, and once begun it must be finished, wanted or not.
final class Opening {
    var result: Result<ChannelState, SSHError>?
    var isAbandoned = false
}
