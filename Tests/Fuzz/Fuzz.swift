import CFuzzer
import Glibc

/// All fuzz targets in one program, so that what they need is built once. `scripts/fuzz` builds and runs it.
///
/// The environment's `FUZZ_TARGET` chooses: libFuzzer starts the program again with arguments of its own. A target is a
/// function that ends the program, by `require`, when what the input gave is wrong; crashes, memory errors, leaks and
/// inputs that take too long are libFuzzer's and AddressSanitizer's to find.
@main enum Fuzz {
    static let targets: [String: @Sendable (UnsafeRawBufferPointer) -> Void] = [
        "requests": RequestTarget.run,
        "responses": ResponseTarget.run,
        "chunks": ChunkTarget.run,
        "json": JSONTarget.run,
        "collections": CollectionTarget.run,
        "templates": TemplateTarget.run,
        "patterns": PatternTarget.run,
        "matching": MatchingTarget.run,
        "codings": CodingTarget.run,
        "imports": ImportTarget.run,
    ]

    static let chosen = getenv("FUZZ_TARGET").flatMap { targets[String(cString: $0)] }

    static func main() {
        guard chosen != nil else {
            print("FUZZ_TARGET names none of: \(targets.keys.sorted().joined(separator: " "))")
            exit(2)
        }
        var count = CommandLine.argc
        var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
        exit(
            LLVMFuzzerRunDriver(&count, &arguments) { start, count in
                Fuzz.chosen?(UnsafeRawBufferPointer(start: start, count: count))
                return 0
            })
    }
}

/// Ends the program when something is not as it must be. Unlike `precondition` it says why in every build.
func require(_ condition: Bool, _ message: @autoclosure () -> String) {
    if !condition { fatalError(message()) }
}
