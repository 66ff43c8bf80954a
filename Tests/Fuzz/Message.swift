import NIOCore

/// One message as some reader saw it, for comparison.
struct Message: Equatable {
    var start: String
    var version: String
    var fields: [String]
    var body: [UInt8] = []
    var trailers: [String] = []
    var isComplete = false
}

/// The names differ in nothing but who read them.
func fieldText(_ name: some Sequence<UInt8>, _ value: some Sequence<UInt8>) -> String {
    "\(String(decoding: Array(name), as: UTF8.self)): \(String(decoding: Array(value), as: UTF8.self))"
}
