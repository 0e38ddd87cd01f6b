import FoundationEssentials
import Glibc
import Testing

@testable import Libvirt

@Suite struct DomainEventReceiverTests {
    /// A task that is cancelled ends its stream while it holds a lock that telling the stream takes, too. In a process of
    /// its own, which an alarm ends: threads that wait for each other do so for ever.
    @Test func aStreamEndsWhileItIsTold() async {
        await #expect(processExitsWith: .success) {
            alarm(60)
            let (receiver, machine) = (DomainEventReceiver(), UUID())
            let teller = Task.detached {
                while !Task.isCancelled { receiver.tell(.reboot, of: machine, "told") }
            }
            for id in 0..<2000 {
                let (stream, continuation) = AsyncStream.makeStream(of: DomainEvent.self)
                continuation.onTermination = { _ in receiver.remove(id) }
                receiver.add(id, [.reboot], of: nil, to: continuation)
                let reader = Task.detached { for await _ in stream {} }
                try await Task.sleep(for: .microseconds(100))
                reader.cancel()
                await reader.value
            }
            teller.cancel()
        }
    }
}
