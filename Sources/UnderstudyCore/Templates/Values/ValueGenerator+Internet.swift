extension ValueGenerator {
    static func image(_ category: String) -> String { "http://placeimg.com/640/480\(category)" }

    /// A constant in Postman too, and its picture says "undefinedxundefined" because no size is given to what makes
    /// it; tests that look for those words find them here.
    static let imageData = """
        data:image/svg+xml;charset=UTF-8,%3Csvg%20xmlns%3D%22http%3A%2F%2Fwww.w3.org%2F2000%2Fsvg%22%20width%3D%22640%22\
        %20height%3D%22480%22%3E%3Crect%20width%3D%22640%22%20height%3D%22480%22%20fill%3D%22grey%22%2F%3E%3Ctext%20x%3D\
        %22320%22%20y%3D%22240%22%20text-anchor%3D%22middle%22%3Eundefinedxundefined%3C%2Ftext%3E%3C%2Fsvg%3E
        """

    /// The addresses are Postman's; whether anything is there is not promised.
    mutating func avatar() -> String {
        bool()
            ? "https://cloudflare-ipfs.com/ipfs/Qmd3W5DuhgHirLHGVixi6V76LhCkZUz6pnFt5AJBiyvHye/avatar/\(below(1250)).jpg"
            : "https://avatars.githubusercontent.com/u/\(integer(0...100_000_000))"
    }

    mutating func userAgent() -> String {
        let platform = platform()
        switch below(4) {
        case 0: return "Mozilla/5.0 (\(platform); rv:\(version())) Gecko/20100101 Firefox/\(integer(60...140)).0"
        case 1:
            let browser = "Chrome/\(integer(80...140)).0.\(below(8000)).\(below(200))"
            return "Mozilla/5.0 (\(platform)) AppleWebKit/537.36 (KHTML, like Gecko) \(browser) Safari/537.36"
        case 2:
            let engine = "AppleWebKit/605.1.\(below(20)) (KHTML, like Gecko)"
            return "Mozilla/5.0 (\(platform)) \(engine) Version/\(version()) Safari/605.1.15"
        default: return "Opera/\(version()) (\(platform); U) Presto/2.\(below(10)).\(below(400)) Version/\(version())"
        }
    }

    private mutating func version() -> String { "\(integer(9...18)).\(below(10))" }

    private mutating func platform() -> String {
        switch below(4) {
        case 0: "Windows NT \(bool() ? "10.0" : "6.1"); Win64; x64"
        case 1: "Macintosh; Intel Mac OS X 10_\(integer(10...15))_\(below(8))"
        case 2: "X11; Linux x86_64"
        default: "iPhone; CPU iPhone OS \(integer(12...18))_\(below(8)) like Mac OS X"
        }
    }

    /// One to three words in small letters between underscores, and an extension.
    mutating func fileName(_ extensions: WordList) -> String {
        let stem = joined(integer(1...3), by: "_") { $0.anyWord() }.lowercased()
        let plain = stem.utf8.map { $0.isDigit || ($0 >= 0x61 && $0 <= 0x7A) ? $0 : UInt8(ascii: "_") }
        return "\(String(decoding: plain, as: UTF8.self)).\(word(extensions))"
    }
}
