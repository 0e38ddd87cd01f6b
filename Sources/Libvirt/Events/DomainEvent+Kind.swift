extension DomainEvent {
    /// Kinds of events that can be asked for. Source: `virDomainEventID`.
    public enum Kind: Int32, CaseIterable, Sendable {
        case lifecycle = 0
        case reboot = 1
        case watchdog = 3
        case ioError = 6
        case controlError = 7
        case balloonChange = 13
        case guestAgent = 18
        case memoryFailure = 25
    }
}

extension DomainEvent.Content {
    public var kind: DomainEvent.Kind {
        switch self {
        case .lifecycle: .lifecycle
        case .reboot: .reboot
        case .watchdog: .watchdog
        case .ioError: .ioError
        case .controlError: .controlError
        case .balloonChange: .balloonChange
        case .guestAgent: .guestAgent
        case .memoryFailure: .memoryFailure
        }
    }
}
