import UnderstudyCore

/// `Name: value` as people type it.
enum HeaderLines {
    static func fields(_ lines: [String]) throws(CommandFailure) -> Fields {
        var fields = Fields()
        for line in lines {
            guard let colon = line.firstIndex(of: ":"), colon != line.startIndex,
                !line.utf8.contains(where: { $0 < 0x20 && $0 != 0x09 || $0 == 0x7F }),
                !line[..<colon].utf8.contains(where: { $0 <= 0x20 })
            else { throw .usage("--header: '\(line)' is not 'Name: value'") }
            var value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
            while value.last == " " || value.last == "\t" { value.removeLast() }
            fields.append(String(line[..<colon]), String(value))
        }
        return fields
    }
}
