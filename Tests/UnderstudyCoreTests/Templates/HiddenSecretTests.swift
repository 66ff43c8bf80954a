import Testing
import UnderstudyCore

@Suite struct `Secrets of an environment` {
    @Test(arguments: [
        ("its path is /a/tok/en=1!", "its path is /a/{{token}}!"), ("a%2Ftok%2Fen%3D1&b", "a%2F{{token}}&b"),
        ("tok/en=1tok/en=1", "{{token}}{{token}}"), ("nothing of it", "nothing of it"), ("", ""),
        ("\"cut tok/e…\" and tok…", "\"cut {{token}}…\" and tok…"), ("ttok/…", "t{{token}}…"),
        ("tok/ without an end", "tok/ without an end"), ("long: tok/en=1 and more", "long: {{longer}}"),
        ("abc is no secret", "abc is no secret"), ("plain value", "plain value"), ("}}12…", "{{braces}}…"),
        ("}}123", "{{braces}}"),
    ])
    func `are named instead of shown`(text: String, shown: String) {
        let scope = VariableScope(
            ["token": "tok/en=1", "longer": "tok/en=1 and more", "short": "abc", "open": "value", "braces": "}}123"],
            secrets: ["token", "longer", "short", "braces", "unknown"])
        #expect(scope.hidingSecrets(in: text) == shown)
    }
}
