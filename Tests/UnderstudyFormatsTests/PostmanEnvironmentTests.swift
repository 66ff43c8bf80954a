import NIOCore
import Testing
import UnderstudyCore
import UnderstudyFormats

@Suite struct `Postman environments` {
    private func environment(_ text: String) throws -> PostmanEnvironment {
        try PostmanEnvironment(parsing: ByteBuffer(string: text), file: "e.json")
    }

    @Test func `the last enabled value of a name counts, and wins over the collection`() throws {
        let environment = try environment(
            #"""
            {"id":"1","name":"dev","values":[
              {"key":"a","value":"1","enabled":true}, {"key":"a","value":"2"}, {"key":"a","value":"3","enabled":false},
              {"key":"off","value":"x","enabled":false}, {"key":"n","value":5,"type":"any"}, {"key":"t","value":true},
              {"key":"null","value":null}, {"key":"s","value":"secret","type":"secret"}, {"value":"nameless"}, 7,
              {"key":"d","value":"x","disabled":true}, {"key":"empty","value":""}
            ],"_postman_variable_scope":"environment","_postman_exported_using":"Postman/11.0"}
            """#)
        #expect(environment.name == "dev" && environment.kind == .environment)
        let scope = environment.scope(over: ["a": "collection", "b": "collection", "off": "collection"])
        let values = ["a", "b", "off", "n", "t", "null", "s", "d", "empty"].map { scope[$0] }
        #expect(values == ["2", "collection", "collection", "5", "true", nil, "secret", nil, ""])
    }

    @Test func `a secret is used and never shown`() throws {
        let environment = try environment(
            #"{"values":[{"key":"s","value":"top-secret","type":"secret"},{"key":"p","value":"plain"}]}"#)
        #expect(environment.variables.map(\.name) == ["s", "p"])
        #expect(environment.variables.map(\.value) == [nil, "plain"])
        #expect(environment.variables.map(\.isSecret) == [true, false])
        #expect(!"\(environment.variables)".contains("top-secret"))
        #expect(environment.scope(over: [:])["s"] == "top-secret")
    }

    @Test func `globals and a wrapped root`() throws {
        #expect(try environment(#"{"name":"g","values":[],"_postman_variable_scope":"globals"}"#).kind == .globals)
        #expect(
            try environment(#"{"environment":{"name":"w","values":[{"key":"a","value":"b"}]}}"#).variables.count == 1)
    }

    @Test(arguments: [
        ("", "line 1"), ("[]", "$"), ("{}", "$.values"), (#"{"values":{}}"#, "$.values"),
        (#"{"info":{},"item":[]}"#, "$"),
    ])
    func `what is no environment is refused with its place`(text: String, place: String) {
        let error = #expect(throws: CollectionError.self) { try environment(text) }
        #expect(error?.place.hasPrefix(place) == true && error?.file == "e.json")
    }

    @Test(.enabled(if: hasFixtures, "no ../shared/fixtures/postman"))
    func `a real export`() throws {
        let name = "newman-disabled-duplicates.postman_environment.json"
        let environment = try PostmanEnvironment(parsing: try fixture(name), file: name)
        #expect(!environment.variables.isEmpty)
        let last = environment.variables.last { $0.isEnabled }
        #expect(environment.scope(over: [:])[last?.name ?? ""] == last?.value)
    }

    @Test func `its values are part of the paths of examples`() throws {
        let environment = try environment(
            #"{"values":[{"key":"url","value":"https://x/v1"},{"key":"version","value":"omega"}]}"#)
        let read = try example(
            request: #""{{url}}/{{version}}/ping""#, variables: ["version": "alpha"], environment: environment)
        #expect(read.request.head.targetText == "/v1/omega/ping")
        #expect(read.variables["version"] == "omega")
        let collection = try parse(
            #"{"item":[{"request":"{{url}}/x","response":[{}]}],"variable":[{"key":"url","value":"/"}]}"#)
        let targets = { (examples: [Example]) in examples.map(\.request.head.targetText) }
        #expect(targets(collection.examples(files: nil).examples) == ["/x"])
        #expect(targets(collection.examples(files: nil, environment: environment).examples) == ["/v1/x"])
    }
}
