import Testing

@testable import UnderstudyCore

@Suite struct `Cookies of the page's sessions` {
    @Test(arguments: [
        (["A: understudy_session_1=x", "Cookie: a=b"], ["A: understudy_session_1=x", "Cookie: a=b"]),
        (["Cookie: understudy_session_1=x"], []),
        (["Cookie:  understudy_session_1=x;"], []),
        (["COOKIE: understudy_session_1=x; b=2", "B: c"], ["COOKIE: b=2", "B: c"]),
        (["Cookie: a=1;understudy_session_1=x;  b=2"], ["Cookie: a=1;  b=2"]),
        (["Cookie: a=1; understudy_session_1"], ["Cookie: a=1"]),
        (["Cookie: a=understudy_session_1=x"], ["Cookie: a=understudy_session_1=x"]),
        (["Cookie: understudy_session_"], ["Cookie: understudy_session_"]),
        (["Cookie: Understudy_session_1=x; ;"], ["Cookie: Understudy_session_1=x; ;"]),
        (["Cookie:", "Cookie: \u{E9}=\u{FF}; understudy_session_80=1"], ["Cookie: ", "Cookie: \u{E9}=\u{FF}"]),
    ])
    func `are taken out, and others stay as they are`(before: [String], after: [String]) {
        var fields = Fields(before)
        fields.removePageSessions()
        #expect(fields.lines == after)
    }

    @Test func `are not set`() {
        var fields = Fields([
            "Set-Cookie: understudy_session_1=x", "Set-Cookie: a=understudy_session_1", "A: understudy_session_1=x",
            "SET-COOKIE: understudy_session_2=", "Set-Cookie: b=c",
        ])
        fields.removePageSessionSettings()
        #expect(
            fields.lines == ["Set-Cookie: a=understudy_session_1", "A: understudy_session_1=x", "Set-Cookie: b=c"])
    }
}
