import NIOCore
import Testing
import UnderstudyCore
import UnderstudyFormats

@Suite struct `OpenAPI documents` {
    private let shop = #"""
        openapi: 3.0.3
        info: {title: Shop, version: '1.0', description: A shop.}
        servers:
          - url: https://{region}.shop.test/v1/
            variables: {region: {default: eu}}
        tags: [{name: pets, description: All pets}]
        security: [{token: []}]
        paths:
          /pets/{petId}:
            parameters:
              - {name: petId, in: path, required: true, schema: {type: integer, minimum: 5}}
            get:
              tags: [pets]
              summary: One pet
              parameters:
                - {name: fields, in: query, schema: {type: string}}
                - {name: lang, in: query, required: true, example: en us}
                - {name: X-Trace, in: header, schema: {type: string, format: uuid}}
              responses:
                200:
                  description: Found
                  headers: {X-Rate: {schema: {type: integer}}}
                  content:
                    application/xml: {schema: {$ref: '#/components/schemas/Pet'}}
                    application/json:
                      schema: {$ref: '#/components/schemas/Pet'}
                      examples:
                        cat: {value: {name: Tom}}
                        dog: {$ref: '#/components/examples/Dog'}
                        far: {externalValue: 'https://elsewhere.test/x.json'}
                '4XX': {description: Wrong}
                default: {$ref: '#/components/responses/Failure'}
          /pets:
            post:
              tags: [pets]
              requestBody:
                content:
                  application/json:
                    schema: {$ref: '#/components/schemas/Pet'}
              responses:
                201: {description: Created, content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}}
          /upload:
            put:
              callbacks: {x: {}}
              security: []
              requestBody:
                content:
                  multipart/form-data:
                    schema: {type: object, properties: {file: {type: string, format: binary}, note: {type: string}}}
              responses: {204: {description: ''}}
        components:
          securitySchemes: {token: {type: http, scheme: bearer}}
          examples: {Dog: {value: {name: Rex}}}
          responses:
            Failure: {description: Oops, content: {application/problem+json: {schema: {$ref: 'common.yaml#/Error'}}}}
          schemas:
            Pet:
              allOf:
                - {type: object, required: [id], properties: {id: {type: integer, readOnly: true}, name: {type: string, example: Bo}}}
                - type: object
                  properties:
                    secret: {type: string, writeOnly: true}
                    born: {type: string, format: date}
                    tags: {type: array, items: {type: string, enum: [small, big]}, minItems: 2}
                    parent: {$ref: '#/components/schemas/Pet'}
                    weight: {type: number, exclusiveMinimum: true, minimum: 2}
        """#

    @Test func `become requests with an example for each response`() throws {
        let result = try read(shop, "shop.yaml")
        #expect(result.kind == .openAPI)
        let collection = try #require(result.collections.first)
        #expect(collection.name == "Shop")
        #expect(collection.variables == ["baseUrl": "https://{{region}}.shop.test/v1", "region": "eu"])
        let listing = collection.listing()
        #expect(
            listing.map { "\($0.folders.first ?? "") \($0.itemName) \($0.name) \($0.code)" } == [
                "pets One pet Found: cat 200", "pets One pet Found: dog 200", "pets One pet Wrong 400",
                "pets One pet Oops 500", "pets POST /pets Created 201", " PUT /upload 204 No Content 204",
            ])
        #expect(
            Set(listing.map(\.path)) == ["/v1/pets/{{petId}}?lang=en%20us", "/v1/pets", "/v1/upload"])
        let (examples, problems) = collection.examples(files: nil)
        #expect(problems.isEmpty)
        let bodies = examples.map { String(buffer: $0.response.body.bytesInMemory ?? ByteBuffer()) }
        #expect(bodies[0].contains("Tom") && bodies[1].contains("Rex"))
        #expect(
            try JSONValue(parsing: bodies[4]) == [
                "id": 1, "name": "Bo", "born": "2026-01-15", "tags": ["small", "small"], "weight": .number("2.5"),
            ])
        let sent = try JSONValue(parsing: String(buffer: examples[4].request.body.bytesInMemory ?? ByteBuffer()))
        #expect(sent["id"] == nil && sent["secret"] == "string")
        #expect(examples[0].response.head.fields.text("Content-Type") == "application/json")
        #expect(examples[0].response.head.fields.text("X-Rate") == "1")
        let item = try #require(collection.document["item"]?.elements?.first?["item"]?.elements?.first)
        #expect(item["request"]?["header"]?.elements?.first == ["key": "Authorization", "value": "Bearer {{token}}"])
        #expect(item["request"]?["url"]?["variable"]?.elements?.first?["value"] == "5")
        #expect(collection.document["item"]?.elements?.first?["description"] == "All pets")
        let places = result.problems.map { "\($0.place) \($0.message)" }
        #expect(places.contains { $0.hasPrefix("common.yaml#/Error") && $0.contains("not followed") }, "\(places)")
        #expect(places.contains { $0.contains("'far'") } && places.contains { $0.contains("callbacks") })
        #expect(places.contains { $0.contains("media types") })
    }

    @Test func `JSON and YAML of one document give the same collection`() throws {
        let yaml = try #require(try read(shop).collections.first)
        let again = try read(shop)
        #expect(text(try #require(again.collections.first)) == text(yaml))
    }

    private static let table1: [(String, String)] = [
        (#"{"type":"string"}"#, #""string""#), (#"{"type":"string","minLength":10}"#, #""stringstri""#),
        (#"{"type":"string","maxLength":3}"#, #""str""#),
        (#"{"type":"string","format":"uuid"}"#, #""3f2504e0-4f89-41d3-9a0c-0305e82c3301""#),
        (#"{"type":"string","pattern":"^[A-Z]{3}-\\d{2}$"}"#, #""AAA-00""#),
        (#"{"type":"string","pattern":"(?=x)"}"#, #""string""#),
        (#"{"type":"string","pattern":"(foo|bar)+[^a]?"}"#, #""foo""#),
        (#"{"type":"integer"}"#, "1"), (#"{"type":"integer","minimum":3.2,"multipleOf":5}"#, "5"),
        (#"{"type":"integer","exclusiveMinimum":7}"#, "8"), (#"{"type":"number","maximum":-2}"#, "-2"),
        (#"{"type":"integer","minimum":1e300}"#, "1e300"), (#"{"type":"number","multipleOf":0}"#, "1"),
        (#"{"type":"boolean"}"#, "true"), (#"{"type":["null","string"]}"#, #""string""#), (#"{"type":"null"}"#, "null"),
        (#"{"const":7}"#, "7"), (#"{"enum":[null,"b"]}"#, #""b""#), (#"{"default":[1]}"#, "[1]"),
        (#"{"examples":["e"]}"#, #""e""#),
        (#"{"oneOf":[{"type":"null"},{"type":"integer"}]}"#, "1"),
        (#"{"anyOf":[{"properties":{"a":{"type":"integer"}}}],"properties":{"b":{"const":2}}}"#, #"{"a":1,"b":2}"#),
        (#"{"additionalProperties":{"type":"integer"}}"#, #"{"key":1}"#),
        (#"{"prefixItems":[{"const":1},{"const":2}]}"#, "[1,2]"),
        (##"{"type":"array","items":{"$ref":"#/x"},"minItems":1e9}"##, "[]"),
        (##"{"type":"array","maxItems":0,"items":{}}"##, "[]"),
        (##"{"$ref":"#/components/schemas/Loop"}"##, ##"{"next":{}}"##), ("true", "{}"),
        (#"{"nullable":true,"type":"object","properties":{"a":7}}"#, "{}"),
    ]

    @Test(arguments: table1)
    func `values fit their schemas`(schema: String, wanted: String) throws {
        let text = ##"""
            {"openapi":"3.1.0","info":{"title":"t"},"paths":{"/x":{"get":{"responses":{"200":{"content":{"application/json":{"schema":\##(schema)}}}}}}},
            "components":{"schemas":{"Loop":{"properties":{"next":{"type":"object","properties":{"again":{"$ref":"#/components/schemas/Loop"}}}}}}}}
            """##
        let examples = try #require(try read(text).collections.first).examples(files: nil).examples
        let body = String(buffer: try #require(examples.first).response.body.bytesInMemory ?? ByteBuffer())
        #expect(JSONWriter.text(try JSONValue(parsing: body)) == wanted)
    }

    @Test func `schemas that grow without end are cut`() throws {
        // Each refers to the next twice; the last to none: 2^30 values.
        let schemas = (0..<30).map {
            ##""S\##($0)":{"properties":{"a":{"$ref":"#/components/schemas/S\##($0 + 1)"},"b":{"$ref":"#/components/schemas/S\##($0 + 1)"}}}"##
        }
        let text = ##"""
            {"openapi":"3.0.0","paths":{"/x":{"get":{"responses":{"200":{"content":{"application/json":{"schema":{"$ref":"#/components/schemas/S0"}}}}}}}},
            "components":{"schemas":{\##(schemas.joined(separator: ",")),"S30":{"type":"string"}}}}
            """##
        let collection = try #require(try read(text).collections.first)
        #expect(collection.bytes().readableBytes < 4 << 20)
    }

    @Test(arguments: [
        // Ten aliases of ten aliases, and so on.
        "openapi: 3.0.0\n"
            + (0..<12).map { level in
                "a\(level): &a\(level) [\(Array(repeating: level == 0 ? "x" : "*a\(level - 1)", count: 10).joined(separator: ","))]"
            }.joined(separator: "\n"),
        // The same as a key, which would be hashed.
        "openapi: 3.0.0\n"
            + (0..<12).map { level in
                "a\(level): &a\(level) [\(Array(repeating: level == 0 ? "x" : "*a\(level - 1)", count: 10).joined(separator: ","))]"
            }.joined(separator: "\n") + "\n? *a11\n: 1\n",
        "openapi: " + String(repeating: "[", count: 100_000),
        "openapi: 3.0.0\nx:\n" + (0..<3000).map { String(repeating: " ", count: $0) + "- " }.joined(separator: "\n"),
        "openapi: 3.0.0\nx: [" + String(repeating: ",", count: 100_000),
        "openapi: \u{0}", "openapi: !!binary x\n\t- y",
    ])
    func `a YAML bomb is refused at once`(text: String) {
        let clock = ContinuousClock()
        let time = clock.measure {
            #expect(throws: CollectionError.self) { _ = try read(text) }
        }
        #expect(time < .seconds(20))
    }

    @Test func `anchors and merges are read`() throws {
        let text = """
            openapi: "3.0.0"
            info: {title: "*Not* an alias: really"}
            x-base: &base {description: shared}
            paths:
              /a: {get: {responses: {200: {<<: *base, content: {text/plain: {example: 007}}}}}}
            """
        let example = try #require(try read(text).collections.first).examples(files: nil).examples.first
        #expect(example?.name == "shared" && example?.response.body == Body(text: "007"))
    }

    private func large(operations: Int, properties: Int, reference: String) -> String {
        let members = (0..<properties).map { #""property\#($0)":{"type":"string"}"# }.joined(separator: ",")
        let paths = (0..<operations).map {
            #""/p\#($0)":{"get":{"responses":{"200":{"content":{"application/json":{"schema":\#(reference)}}}}}}"#
        }.joined(separator: ",")
        return
            #"{"openapi":"3.1.0","info":{"title":"t"},"paths":{\#(paths)},"components":{"schemas":{"B":{"type":"object","properties":{\#(members)}}}}}"#
    }

    /// Quadratic in the properties, the first would take minutes here and the second an hour.
    @Test(
        .timeLimit(.minutes(5)),
        arguments: [
            (300, 4_000, ##"{"allOf":[{"$ref":"#/components/schemas/B"}]}"##, true),
            (1, 30_000, ##"{"allOf":[{"$ref":"#/components/schemas/B"},{"properties":{"a":{}}}]}"##, true),
            (1, 30_000, ##"{"$ref":"#/components/schemas/B"}"##, true),
            (3, 4_000, ##"{"allOf":[{"$ref":"#/components/schemas/B"}]}"##, false),
        ] as [(Int, Int, String, Bool)])
    func `schemas with many properties are bounded, and what is cut is said`(
        operations: Int, properties: Int, reference: String, isCut: Bool
    ) throws {
        let text = large(operations: operations, properties: properties, reference: reference)
        let result = try read(text)
        #expect(result.collections.first?.requestCount == operations)
        #expect(result.problems.contains { $0.message.contains("cut short") } == isCut, "\(result.problems.prefix(3))")
        let example = try #require(result.collections.first).examples(files: nil).examples.first
        let body = try #require(example?.response.body.bytesInMemory)
        #expect(try JSONValue(parsing: String(buffer: body)).object?.members.count ?? 0 >= 4_000)
    }
}
