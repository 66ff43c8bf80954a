import HTTPTypes

/// Finds the route of a request: literal segments before parameters, and HEAD wherever GET is.
struct RouteTable: Sendable {
    let routes: [Route]
    /// Under the number of segments and the first of them, with that of a parameter when there is no other.
    private var places: [String: [Entry]] = [:]

    private struct Entry: Sendable {
        let segments: [Segment]
        let route: Route
    }

    private enum Segment: Sendable, Hashable {
        case text(String)
        case parameter(String)
    }

    enum Found {
        case route(Route, parameters: [String: String])
        /// There is no such path.
        case nothing
        /// The path has other methods only.
        case otherMethods([String])
    }

    /// Octets of a path: longer ones have no resource here.
    static let pathLimit = 4096

    init(_ routes: [Route]) {
        self.routes = routes
        for route in routes {
            let segments = route.path.split(separator: "/").map { part -> Segment in
                part.hasPrefix("{") ? .parameter(String(part.dropFirst().dropLast())) : .text(String(part))
            }
            guard case .text(let first)? = segments.first else { preconditionFailure("\(route.path) begins with text") }
            places["\(segments.count) \(first)", default: []].append(Entry(segments: segments, route: route))
        }
        for place in places.keys {
            places[place]?.sort {
                Self.parameterPlaces($0.segments).lexicographicallyPrecedes(Self.parameterPlaces($1.segments))
            }
        }
    }

    /// Literal segments come first.
    private static func parameterPlaces(_ segments: [Segment]) -> [Int] {
        segments.map { if case .parameter = $0 { 1 } else { 0 } }
    }

    /// - Parameter segments: decoded one by one, so that an encoded slash separates nothing.
    func find(_ method: HTTPRequest.Method, _ segments: [String]) -> Found {
        guard let first = segments.first, let entries = places["\(segments.count) \(first)"] else { return .nothing }
        var allowed: [String] = []
        for entry in entries {
            guard let parameters = Self.parameters(entry.segments, segments) else { continue }
            if entry.route.method == method || method == .head && entry.route.method == .get {
                return .route(entry.route, parameters: parameters)
            }
            allowed.append(entry.route.method.rawValue)
            if entry.route.method == .get { allowed.append("HEAD") }
        }
        return allowed.isEmpty ? .nothing : .otherMethods(allowed)
    }

    private static func parameters(_ pattern: [Segment], _ segments: [String]) -> [String: String]? {
        var parameters: [String: String] = [:]
        for (expected, actual) in zip(pattern, segments) {
            switch expected {
            case .text(let text): guard text == actual else { return nil }
            case .parameter(let name): parameters[name] = actual
            }
        }
        return parameters
    }
}
