internal import Glibc

/// Keeps a write to a peer that is gone from ending the process: libvirt writes without `MSG_NOSIGNAL`, and leaves the
/// signal to its users. Acts on the calling thread alone, not on the process and what it starts.
func blockBrokenPipeSignal() {
    var signals = sigset_t()
    unsafe sigemptyset(&signals)
    unsafe sigaddset(&signals, SIGPIPE)
    unsafe pthread_sigmask(SIG_BLOCK, &signals, nil)
}
