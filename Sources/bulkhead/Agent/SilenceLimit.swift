import NIOCore

/// Ends a connection whose far end says nothing while it is waited for. A reader who takes his time is waited for, too,
/// but not counted.
final class SilenceLimit: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer

    private let limit: TimeAmount
    private var waitsSince: NIODeadline?
    private var isClosed = false

    init(_ limit: TimeAmount) { self.limit = limit }

    func channelActive(context: ChannelHandlerContext) {
        watch(context)
        context.fireChannelActive()
    }

    func read(context: ChannelHandlerContext) {
        waitsSince = waitsSince ?? .now()
        context.read()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        waitsSince = nil
        context.fireChannelRead(data)
    }

    func channelInactive(context: ChannelHandlerContext) {
        isClosed = true
        context.fireChannelInactive()
    }

    private func watch(_ context: ChannelHandlerContext) {
        context.eventLoop.assumeIsolated().scheduleTask(in: .nanoseconds(limit.nanoseconds / 4)) { [weak self] in
            guard let self, !isClosed else { return }
            if let waitsSince, waitsSince + limit < .now() {
                context.fireErrorCaught(AgentSilent())
                return context.close(promise: nil)
            }
            watch(context)
        }
    }
}

/// It took longer than it may.
struct AgentSilent: Error { static let words = "it has fallen silent" }
