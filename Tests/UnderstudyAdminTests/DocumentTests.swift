import HTTPTypes
import TestSupport
import Testing
import UnderstudyCore

@testable import UnderstudyAdmin

@Suite struct `The API's document` {
    @Test func `describes each route, and no other`() async throws {
        try await Bench.run { bench in
            let document = try bench.ask("GET", "/api/v1/openapi.json").json
            #expect(document["openapi"] == "3.1.0")
            var documented: Set<String> = []
            for path in document["paths"]?.object?.members ?? [] {
                for member in path.value.object?.members ?? [] where member.name != "parameters" {
                    documented.insert("\(member.name.uppercased()) \(path.name)")
                }
            }
            var registered: Set<String> = []
            for route in AllRoutes.table.routes {
                #expect(registered.insert("\(route.method) \(route.path)").inserted, "\(route.path) is there twice")
                if route.method == .get { registered.insert("HEAD \(route.path)") }
            }
            #expect(documented == registered)
            // Each is found, with its own parameters, and by no other route's pattern.
            for route in AllRoutes.table.routes {
                let segments = route.path.split(separator: "/").map(String.init)
                guard case .route(let found, _) = AllRoutes.table.find(route.method, segments) else {
                    Issue.record("\(route.method) \(route.path) is not found")
                    continue
                }
                #expect(found.path == route.path)
            }
        }
    }

    @Test func `refers only to shapes it has, and has no operation's name twice`() {
        let document = OpenAPIDocument.json(AllRoutes.table.routes)
        let schemas = Set(document["components"]?["schemas"]?.object?.members.map(\.name) ?? [])
        var used: Set<String> = []
        var operations: [String] = []
        func walk(_ value: JSONValue) {
            for member in value.object?.members ?? [] {
                if member.name == "$ref", let text = member.value.text {
                    used.insert(String(text.split(separator: "/").last ?? ""))
                }
                if member.name == "operationId", let text = member.value.text { operations.append(text) }
                walk(member.value)
            }
            for element in value.elements ?? [] { walk(element) }
        }
        walk(document)
        #expect(used.subtracting(schemas).isEmpty)
        #expect(schemas.subtracting(used).isEmpty)
        #expect(Set(operations).count == operations.count)
    }
}
