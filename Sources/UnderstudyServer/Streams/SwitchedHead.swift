import NIOCore
import UnderstudyCore

/// The head of a 101 as a client gets it: as upstream sent it, but that `Connection` names nothing else.
enum SwitchedHead {
    static func write(_ head: ResponseHead, annotation: Annotation?, into bytes: inout ByteBuffer) {
        var fields = Fields()
        var kept = head.fields
        kept.removeHopByHop()
        var next = kept.startIndex
        for field in head.fields {
            if next < kept.endIndex, kept[next] == field {
                next += 1
                fields.append(field.name, field.value)
            } else if field.isNamed("upgrade") {
                fields.append(field.name, field.value)
            } else if field.isNamed("connection"), !fields.contains("connection") {
                fields.append(field.name, "Upgrade".utf8)
            }
        }
        if !fields.contains("connection") { fields.append("Connection", "Upgrade") }
        head.writeStatusLine(into: &bytes)
        fields.write(into: &bytes)
        annotation?.write(into: &bytes)
        bytes.writeStaticString("\r\n")
    }
}
