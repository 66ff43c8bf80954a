/// Domains and mail.
extension Words {
    /// Postman's own list, whole.
    static let domainSuffixes = WordList("biz, com, info, name, net, org")

    static let mailProviders = WordList("gmail.com, yahoo.com, hotmail.com")

    /// Reserved for documentation (RFC 2606 §3).
    static let exampleDomains = WordList("example.com, example.net, example.org")
}
