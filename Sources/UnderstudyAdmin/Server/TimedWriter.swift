import HTTPTypes
import Hummingbird
import NIOCore

/// Cuts a client off that takes nothing for too long, so that it gives up the place it holds.
struct TimedWriter: ResponseBodyWriter {
    private var writer: any ResponseBodyWriter
    private let channel: any Channel
    private let timeout: TimeAmount

    init(_ writer: any ResponseBodyWriter, to channel: any Channel, _ limits: AdminLimits) {
        self.writer = writer
        self.channel = channel
        timeout = TimeAmount(limits.writeTimeout)
    }

    /// What is written to a closed channel fails, and so does what waits to be.
    private func deadline() -> Scheduled<Void> {
        channel.eventLoop.scheduleTask(in: timeout) { [channel] in channel.close(mode: .all, promise: nil) }
    }

    mutating func write(_ buffer: ByteBuffer) async throws {
        let deadline = deadline()
        defer { deadline.cancel() }
        try await writer.write(buffer)
    }

    consuming func finish(_ trailingHeaders: HTTPFields?) async throws {
        let deadline = deadline()
        defer { deadline.cancel() }
        try await writer.finish(trailingHeaders)
    }
}
