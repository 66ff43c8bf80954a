import NIOCore
import UnderstudyCore

/// Where the examples that may answer a request are looked for: in one place after the other, until one has it.
struct Search {
    /// Not empty. They differ in their partition, and where that has a base path in their target.
    let requests: [MatchRequest]

    var needsExplanation: Bool { requests[0].controls.explains }
    /// The one that explanations are about when none finds anything.
    var first: MatchRequest { requests[0] }

    /// The request's content has come.
    func give(_ content: RequestContent) { for request in requests { request.content = content } }
}

extension Serving {
    /// - Parameters:
    ///   - request: as the client sent it, with its secrets.
    ///   - other: where to look instead of among the ordinary examples.
    func search(for request: AddressedRequest, hasBody: Bool, in other: ExampleIndex? = nil) -> Search {
        let index = other ?? index
        let head = redaction.apply(to: request.head)
        func make(_ head: RequestHead, _ partition: Partition?) -> MatchRequest {
            index.request(head, hasBody: hasBody, in: partition, session: request.session.key)
        }
        var requests: [MatchRequest] = []
        func look(in origin: String, _ head: RequestHead) {
            for partition in index.partitions(of: origin) {
                let basePath = partition.baseURL.utf8.dropFirst(origin.utf8.count)
                guard let target = Self.target(head.target, under: basePath) else { continue }
                var head = head
                head.target = target
                requests.append(make(head, partition))
            }
        }
        // Of a host that only Host names nobody knows whether it is meant: with one recording there is no choice.
        if let named = request.named, index.isParted || !request.isTransparent {
            look(in: named.origin, head)
            if request.isTransparent, let secure = try? Upstream("https://\(named.authority)") {
                look(in: secure.origin, head)
            }
            look(in: "", head)
            // Where upstream can be asked nobody answers for another host.
            let mayBeAny = request.isTransparent && !mode.callsUpstream
            if requests.isEmpty || mayBeAny {
                requests.append(make(head, mayBeAny ? nil : Partition(baseURL: named.origin)))
            }
            return Search(requests: requests)
        }
        if let upstream, index.isParted {
            var whole = head
            whole.target = upstream.target(for: head.target)
            look(in: upstream.origin, whole)
            if mode.callsUpstream {
                look(in: "", head)
                if requests.isEmpty { requests.append(make(head, Partition(baseURL: upstream.baseURL))) }
                return Search(requests: requests)
            }
        }
        requests.append(make(head, nil))
        return Search(requests: requests)
    }

    /// A target without the base path in front of it; `nil` when another is there.
    private static func target(_ target: ByteBuffer, under basePath: Substring.UTF8View) -> ByteBuffer? {
        guard !basePath.isEmpty else { return target }
        let bytes = target.readableBytesView
        guard bytes.starts(with: basePath) else { return nil }
        let rest = bytes.dropFirst(basePath.count)
        switch rest.first {
        case UInt8(ascii: "/"): return ByteBuffer(rest)
        case nil, UInt8(ascii: "?"):
            var slashed = ByteBuffer(string: "/")
            slashed.writeBytes(rest)
            return slashed
        default: return nil
        }
    }
}

extension Upstream {
    /// What goes upstream for a target: with the base path in front. `OPTIONS *` asks about the server, not about a path on
    /// it (RFC 9112 §3.2.4).
    func target(for target: ByteBuffer) -> ByteBuffer {
        guard !basePath.isEmpty, !target.readableBytesView.elementsEqual("*".utf8) else { return target }
        var whole = ByteBuffer(string: basePath)
        whole.writeImmutableBuffer(target)
        return whole
    }
}
