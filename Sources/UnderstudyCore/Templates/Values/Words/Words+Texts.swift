/// Colours and abbreviations.
extension Words {
    /// Postman's own list, whole.
    static let colors = WordList(
        """
        azure, black, blue, cyan, fuchsia, gold, green, grey, indigo, ivory, lavender, lime, magenta, maroon,
        mint green, olive, orange, orchid, pink, plum, purple, red, salmon, silver, sky blue, tan, teal, turquoise,
        violet, white, yellow
        """)

    /// Postman's own list, whole.
    static let abbreviations = WordList(
        """
        ADP, AGP, AI, COM, CSS, EXE, FTP, GB, HDD, HTTP, IB, JBOD, JSON, PCI, PNG, RAM, RSS, SAS, SCSI, SDD, SMS,
        SMTP, SQL, SSL, TCP, THX, USB, XML, XSS
        """)
}
