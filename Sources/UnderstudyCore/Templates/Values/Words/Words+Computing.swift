/// Databases and the speech of computer people.
extension Words {
    /// Postman's own list, whole.
    static let databaseColumns = WordList(
        """
        avatar, category, comment, createdAt, email, group, id, name, password, phone, status, title, token,
        updatedAt
        """)

    /// Postman's own list, whole.
    static let databaseTypes = WordList(
        """
        bigint, binary, bit, blob, boolean, date, datetime, decimal, double, enum, float, geometry, int, mediumint,
        point, real, serial, set, smallint, text, time, timestamp, tinyint, varchar
        """)

    /// Postman's own list, whole.
    static let databaseCollations = WordList(
        """
        ascii_bin, ascii_general_ci, cp1250_bin, cp1250_general_ci, utf8_bin, utf8_general_ci, utf8_unicode_ci
        """)

    /// Postman's own list, whole.
    static let databaseEngines = WordList("ARCHIVE, BLACKHOLE, CSV, InnoDB, MEMORY, MyISAM")

    /// Postman's own list, whole.
    static let nouns = WordList(
        """
        alarm, application, array, bandwidth, bus, capacitor, card, circuit, driver, feed, firewall, hard drive,
        interface, matrix, microchip, monitor, panel, pixel, port, program, protocol, sensor, system, transmitter
        """)

    /// Postman's own list, whole.
    static let verbs = WordList(
        """
        back up, bypass, calculate, compress, connect, copy, generate, hack, index, input, navigate, override,
        parse, program, quantify, reboot, synthesize, transmit
        """)

    /// Postman's own list, whole.
    static let ingVerbs = WordList(
        """
        backing up, bypassing, calculating, compressing, connecting, copying, generating, hacking, indexing,
        navigating, overriding, parsing, programming, quantifying, synthesizing, transmitting
        """)

    /// Postman's own list, whole.
    static let adjectives = WordList(
        """
        1080p, auxiliary, back-end, bluetooth, cross-platform, digital, haptic, mobile, multi-byte, neural, online,
        open-source, optical, primary, redundant, solid state, virtual, wireless
        """)
}
