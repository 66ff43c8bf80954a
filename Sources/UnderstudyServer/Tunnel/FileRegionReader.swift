import NIOCore

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Reads what would be sent from files, because TLS has to see it. A piece at a time, and only while the client keeps up.
final class FileRegionReader: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = IOData
    typealias OutboundOut = ByteBuffer

    static let pieceSize = 64 << 10

    private struct Write {
        var data: IOData
        let promise: EventLoopPromise<Void>?
    }

    /// What waits behind a file that is being read. Bounded by what an exchange writes: parts of one answer.
    private var waiting = CircularBuffer<Write>()
    private var isPumping = false

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let data = Self.unwrapOutboundIn(data)
        if waiting.isEmpty, case .byteBuffer(let bytes) = data {
            context.write(Self.wrapOutboundOut(bytes), promise: promise)
        } else {
            waiting.append(Write(data: data, promise: promise))
        }
    }

    func flush(context: ChannelHandlerContext) {
        context.flush()
        pump(context)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { pump(context) }
        context.fireChannelWritabilityChanged()
    }

    func channelInactive(context: ChannelHandlerContext) {
        fail(ChannelError.ioOnClosedChannel)
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { fail(ChannelError.ioOnClosedChannel) }

    private func fail(_ error: any Error) {
        while let write = waiting.popFirst() { write.promise?.fail(error) }
    }

    private func pump(_ context: ChannelHandlerContext) {
        // A flush may change the writability and call again.
        guard !isPumping else { return }
        isPumping = true
        defer { isPumping = false }
        while var write = waiting.first {
            switch write.data {
            case .byteBuffer(let bytes):
                waiting.removeFirst()
                context.write(Self.wrapOutboundOut(bytes), promise: write.promise)
                if waiting.isEmpty { context.flush() }
            case .fileRegion(var region):
                guard context.channel.isWritable else { return }
                guard let piece = Self.read(&region, context.channel.allocator) else {
                    fail(IOError(errnoCode: EIO, reason: "the file of a body ended early"))
                    return context.close(promise: nil)
                }
                if region.readableBytes == 0 {
                    waiting.removeFirst()
                    context.writeAndFlush(Self.wrapOutboundOut(piece), promise: write.promise)
                } else {
                    write.data = .fileRegion(region)
                    waiting[waiting.startIndex] = write
                    context.writeAndFlush(Self.wrapOutboundOut(piece), promise: nil)
                }
            }
        }
    }

    /// The next piece; `nil` when the file does not have it.
    private static func read(_ region: inout FileRegion, _ allocator: ByteBufferAllocator) -> ByteBuffer? {
        let count = min(pieceSize, region.readableBytes)
        var piece = allocator.buffer(capacity: count)
        let start = region.readerIndex
        let read = try? region.fileHandle.withUnsafeFileDescriptor { descriptor in
            piece.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { space in
                max(0, pread(descriptor, space.baseAddress, count, off_t(start)))
            }
        }
        guard let read, read > 0 || count == 0 else { return nil }
        region.moveReaderIndex(forwardBy: read)
        return piece
    }
}
