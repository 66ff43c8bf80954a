/// Colours of a terminal, or none.
struct Paint {
    let isOn: Bool

    /// Green, cyan, yellow, red by class; what failed is red.
    func status(_ text: String, code: Int?) -> Table.Cell {
        guard isOn else { return Table.Cell(text) }
        let code = code ?? 599
        let colour = code < 300 ? 32 : code < 400 ? 36 : code < 500 ? 33 : 31
        return Table.Cell("\u{1B}[\(colour)m\(text)\u{1B}[0m", width: text.count)
    }

    func faint(_ text: String) -> Table.Cell {
        isOn && !text.isEmpty ? Table.Cell("\u{1B}[2m\(text)\u{1B}[0m", width: text.count) : Table.Cell(text)
    }

    func bold(_ text: String) -> String { isOn ? "\u{1B}[1m\(text)\u{1B}[0m" : text }
}
