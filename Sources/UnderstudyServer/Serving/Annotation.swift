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
            out.writeString(Score.text(score))
            out.writeStaticString("\r\n")
        }
    }
}
