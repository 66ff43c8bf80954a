import NIOCore
import UnderstudyCore

/// What we add to an answer so that people and tests can see where it came from. Never part of a recording.
struct Annotation {
    let result: Exchange.Result
    var exampleID: String?
    var score: Double?

    static func hit(_ exampleID: String, score: Double) -> Annotation {
        Annotation(result: .hit, exampleID: exampleID, score: score)
    }

    func write(into out: inout ByteBuffer) {
        out.writeStaticString("Understudy-Result: ")
        out.writeString(result.rawValue)
        out.writeStaticString("\r\n")
        if let exampleID {
            out.writeStaticString("Understudy-Example: ")
            out.writeString(exampleID)
            out.writeStaticString("\r\n")
        }
        if let score {
            out.writeStaticString("Understudy-Score: ")
            // Scores are whole unless a rule says otherwise; "100" reads better than "100.0".
            out.writeString(score == score.rounded() ? String(Int(score)) : String(score))
            out.writeStaticString("\r\n")
        }
    }
}
