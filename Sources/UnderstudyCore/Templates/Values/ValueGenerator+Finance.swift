extension ValueGenerator {
    private static var capitals: StaticString { "ABCDEFGHIJKLMNOPQRSTUVWXYZ" }

    /// Bank (four letters, the last a vowel as Postman has it), country, location, and three characters of a branch or
    /// none (ISO 9362).
    mutating func bic() -> String {
        let head = text(3, of: Self.capitals) + text(1, of: "AEIOU") + word(Words.countryCodes)
        let location = text(1, of: Self.capitals) + "1"
        let branch = bool() ? "" : bool() ? digits(3) : text(3, of: Self.capitals)
        return head + location + branch
    }

    /// Countries and the account part of their IBANs: runs of digits (n), letters (a) or both (c), from the registry at
    /// <https://www.swift.com/standards/data-standards/iban-international-bank-account-number>
    private static let accountForms = WordList(
        """
        AT n16, BE n12, CH n5 c12, CZ n20, DE n18, DK n14, EE n16, ES n20, FI n14, FR n10 c11 n2, GB a4 n14, HU n24,
        IE a4 n14, IT a1 n10 c12, LV a4 c13, LT n16, LU n3 c13, MT a4 n5 c18, NL a4 n10, NO n11, PL n24, PT n21, SE n20,
        SI n15, SK n20, XK n16
        """)

    mutating func iban() -> String {
        let form = word(Self.accountForms).split(separator: " ")
        let country = String(form[0])
        var account = ""
        for run in form.dropFirst() {
            let count = Int(run.dropFirst()) ?? 0
            switch run.first {
            case "n": account += digits(count)
            case "a": account += text(count, of: Self.capitals)
            default: account += text(count, of: "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")
            }
        }
        let check = 98 - Self.remainder97(account + country + "00")
        return country + CivilTime.padded(check) + account
    }

    /// The remainder by 97 of the number that arises when A becomes 10, B 11 … (ISO 7064, MOD 97-10). An IBAN turned
    /// so that its first four characters are last leaves 1.
    static func remainder97(_ text: String) -> Int {
        text.utf8.reduce(0) { remainder, byte in
            byte.isDigit ? (remainder * 10 + Int(byte) - 0x30) % 97 : (remainder * 100 + Int(byte) - 0x37) % 97
        }
    }

    /// Base58 without its checksum, 25 to 34 characters.
    mutating func bitcoinAddress() -> String {
        let first = bool() ? "1" : "3"
        return first + text(integer(24...33), of: "123456789abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ")
    }
}
