internal import CLibvirt
internal import NIOPosix

/// The C library of this process, set up once, before its first use.
enum Library {
    private static let setUp = Result { () throws(LibvirtError) in
        // Without a handler, libvirt prints every error to standard error.
        unsafe virSetErrorFunc(nil) { _, _ in }
        try check("virInitialize", virInitialize())
        // Connections that are opened before an event loop exists never deliver an event.
        try check("virEventRegisterDefaultImpl", virEventRegisterDefaultImpl())
        startEventLoop()
    }

    static func ensureSetUp() throws(LibvirtError) {
        try setUp.get()
    }

    /// Runs libvirt's event loop for the life of the process, on a thread of its own.
    private static func startEventLoop() {
        let thread = NIOThreadPool(numberOfThreads: 1)
        thread.start()
        thread.submit { _ in
            blockBrokenPipeSignal()
            // One round ends when a file or timer was served. A failed round is reported nowhere; the next goes on.
            while true { virEventRunDefaultImpl() }
        }
    }
}
