/// Lines of aligned columns.
struct Table {
    enum Alignment { case left, right }

    /// A cell: what is shown, and how wide that is when it carries colour.
    struct Cell: ExpressibleByStringLiteral {
        let text: String
        let width: Int

        init(_ text: String) { self.init(text, width: text.count) }
        init(stringLiteral text: String) { self.init(text) }
        init(_ text: String, width: Int) {
            self.text = text
            self.width = width
        }
    }

    /// Of the columns from the left; further ones are left-aligned.
    let alignments: [Alignment]
    private(set) var rows: [[Cell]] = []

    init(_ alignments: [Alignment] = []) { self.alignments = alignments }

    mutating func add(_ row: [Cell]) { rows.append(row) }

    /// The last column is not padded, so no line ends in spaces.
    var lines: [String] {
        var widths: [Int] = []
        for row in rows {
            for (column, cell) in row.enumerated() {
                if column == widths.count { widths.append(0) }
                widths[column] = max(widths[column], cell.width)
            }
        }
        return rows.map { row in
            var line = ""
            for (column, cell) in row.enumerated() {
                let padding = String(repeating: " ", count: widths[column] - cell.width)
                let isRight = column < alignments.count && alignments[column] == .right
                line += (column == 0 ? "" : "  ") + (isRight ? padding + cell.text : cell.text + padding)
            }
            while line.last == " " { line.removeLast() }
            return line
        }
    }
}
