internal import CLibvirt

extension DomainEvent.Kind {
    /// The C function that libvirt calls with events of this kind. It hands them to the ``DomainEventReceiver`` in the
    /// box.
    var callback: virConnectDomainEventGenericCallback? {
        switch self {
        case .lifecycle: unsafe clibvirt_lifecycle(onLifecycle)
        case .reboot: unsafe onReboot
        case .watchdog: unsafe clibvirt_watchdog(onWatchdog)
        case .ioError: unsafe clibvirt_io_error_reason(onIoError)
        case .controlError: unsafe onControlError
        case .balloonChange: unsafe clibvirt_balloon_change(onBalloonChange)
        case .guestAgent: unsafe clibvirt_agent_lifecycle(onGuestAgent)
        case .memoryFailure: unsafe clibvirt_memory_failure(onMemoryFailure)
        }
    }
}

private func receive(_ box: UnsafeMutableRawPointer?, _ domain: virDomainPtr?, _ content: DomainEvent.Content) {
    guard let box = unsafe box else { return }
    unsafe Unmanaged<DomainEventReceiver>.fromOpaque(box).takeUnretainedValue().receive(domain, content)
}

private func text(_ characters: UnsafePointer<CChar>?) -> String {
    guard let characters = unsafe characters else { return "" }
    return unsafe String(cString: characters)
}

private let onLifecycle: virConnectDomainEventCallback = { _, domain, type, detail, box in
    unsafe receive(box, domain, .lifecycle(LifecycleChange(type: type, detail: detail)))
    return 0
}

private let onReboot: virConnectDomainEventGenericCallback = { _, domain, box in
    unsafe receive(box, domain, .reboot)
}

private let onWatchdog: virConnectDomainEventWatchdogCallback = { _, domain, action, box in
    unsafe receive(box, domain, .watchdog(WatchdogAction(rawValue: action)))
}

private let onIoError: virConnectDomainEventIOErrorReasonCallback = { _, domain, path, device, action, reason, box in
    let error = unsafe IOError(
        path: text(path), device: text(device), action: IOErrorAction(rawValue: action), reason: text(reason)
    )
    unsafe receive(box, domain, .ioError(error))
}

private let onControlError: virConnectDomainEventGenericCallback = { _, domain, box in
    unsafe receive(box, domain, .controlError)
}

private let onBalloonChange: virConnectDomainEventBalloonChangeCallback = { _, domain, actual, box in
    unsafe receive(box, domain, .balloonChange(Kibibytes(actual)))
}

private let onGuestAgent: virConnectDomainEventAgentLifecycleCallback = { _, domain, state, reason, box in
    unsafe receive(box, domain, .guestAgent(GuestAgentState(rawValue: state), GuestAgentReason(rawValue: reason)))
}

private let onMemoryFailure: virConnectDomainEventMemoryFailureCallback = { _, domain, recipient, action, flags, box in
    unsafe receive(box, domain, .memoryFailure(MemoryFailure(recipient: recipient, action: action, flags: flags)))
}
