import NIOCore
import Testing
import UnderstudyCore
import UnderstudyFormats

@Suite struct `Collections of format v1` {
    private let text = #"""
        {"id":"c","name":"Old","order":["r2","r1"],"folders_order":["f2"],"variables":[{"key":"base","value":"http://h/v1"}],
        "folders":[
          {"id":"f1","name":"inner","order":["r3"],"folder":"f2"}, {"id":"f2","name":"outer","order":[],"folders_order":["f1"]},
          {"id":"f3","name":"unlisted","order":["r4"]}
        ],
        "requests":[
          {"id":"r1","name":"one","method":"GET","url":"{{base}}/one/:id","pathVariables":{"id":"7"},"headers":"A: b\n// Off: x\nC: d\n",
           "responses":[{"id":"e1","name":"n1","status":"","responseCode":{"code":404,"name":"Not Found"},"time":"12","text":"gone",
             "language":"json","headers":[{"key":"X","value":"y","name":"X"}],"request":"r1"}]},
          {"id":"r2","name":"two","method":"POST","url":"{{base}}/two","dataMode":"urlencoded","headerData":[{"key":"H","value":"h","enabled":false}],
           "data":[{"key":"a","value":"1","enabled":true},{"key":"b","value":"2","enabled":false}],
           "responses":[{"id":"e2","responseCode":{"code":200,"name":"OK"},"rawData":"raw","requestObject":"{\"method\":\"PUT\",\"url\":\"http://h/other\",\"dataMode\":\"raw\",\"rawModeData\":[\"x\"]}"}]},
          {"id":"r3","name":"three","method":"POST","url":"http://h/3","dataMode":"params","folder":"f1",
           "data":[{"key":"a","value":"1","type":"text"},{"key":"f","value":"/x/y.png","type":"file"}],
           "responses":[{"id":"e3","request":{"url":"http://h/3","method":"POST","dataMode":"graphql","graphqlModeData":{"query":"{a}"}}},{"id":"e4"}]},
          {"id":"r4","name":"four","method":"POST","url":"http://h/4","dataMode":"binary","rawModeData":"/x","responses":[{"id":"e5","responseCode":201}]},
          {"id":"r5","name":"lost","method":"GET","url":"http://h/5","dataMode":"params","data":[],"folder":"none","responses":[{"id":"e6"}]}
        ]}
        """#

    @Test func `become the tree of v2`() throws {
        let collection = try parse(text)
        #expect(collection.name == "Old")
        let (examples, problems) = collection.examples(files: nil)
        #expect(problems.isEmpty)
        let lines = examples.map {
            "\($0.id) \($0.request.head.method) \($0.request.head.targetText) \($0.response.head.status)"
        }
        #expect(
            lines == [
                "e3 POST /3 200", "e4 POST /3 200", "e5 POST /4 201", "e2 PUT /other 200", "e1 GET /v1/one/7 404",
                "e6 GET /5 200",
            ])
        #expect(
            collection.listing().map { $0.folders + [$0.itemName] } == [
                ["outer", "inner", "three"], ["outer", "inner", "three"], ["unlisted", "four"], ["two"], ["one"],
                ["lost"],
            ])
        #expect(
            examples.map(body).map { $0.prefix(15) } == [
                #"{"query":"{a}","#, "--understudy-fo", "{{any}}", "x", "", "",
            ])
        #expect(body(examples[1]).contains("filename=\"y.png\""))
        #expect(examples.map(\.name) == ["three", "three", "four", "two", "n1", "lost"])
        let first = examples[4]
        #expect(first.request.head.fields.map { "\($0.nameText): \($0.valueText)" } == ["A: b", "C: d"])
        #expect(first.response.head.fields.text("X") == "y")
        #expect(first.response.head.reasonText == "Not Found" && first.response.body == Body(text: "gone"))
        #expect(first.responseTime == 12)
        #expect(examples[3].response.body == Body(text: "raw"))
    }

    @Test(.enabled(if: hasFixtures, "no ../shared/fixtures/postman"))
    func `a real pair of both formats gives the same answers in the same order`() throws {
        let read = { (file: String) in
            try PostmanCollection.examples(parsing: try fixture(file), slug: "x", file: file, files: nil).examples
        }
        let (old, new) = (try read("transformer-echo.v1.json"), try read("transformer-echo.v20.json"))
        let lines = { (examples: [Example]) in
            examples.map {
                "\($0.request.head.method) \($0.request.head.targetText) \($0.name) \($0.response.head.status)"
            }
        }
        #expect(lines(old) == lines(new))
        #expect(old.map(\.response.body) == new.map(\.response.body))
        #expect(old.map { $0.response.head.fields } == new.map { $0.response.head.fields })
    }

    @Test func `cannot be changed, only read`() throws {
        let collection = try parse(text)
        #expect(collection.isConverted)
        let error = #expect(throws: CollectionError.self) { try collection.checkEditable(file: "old.json") }
        #expect(error?.message.contains("v2.1") == true && error?.file == "old.json")
        #expect(throws: Never.self) { try parse(#"{"item":[]}"#).checkEditable(file: "new.json") }
    }

    /// Folders in a circle, unknown ids, one id twice, values of other kinds.
    @Test(arguments: [
        (#"{"requests":[]}"#, 0), (#"{"order":[],"folders":[]}"#, 0),
        (#"{"collection":{"requests":[{"url":"/a","responses":[{}]}]}}"#, 1),
        (
            #"{"folders":[{"id":"a","folder":"b"},{"id":"b","folder":"a"}],"requests":[{"folder":"a","url":"/a","responses":[{}]}]}"#,
            1
        ),
        (
            #"{"folders":[{"id":"a","folders_order":["a"]}],"order":["x",5,"r","r"],"requests":[{"id":"r","url":"/a","responses":[{}]},{"id":"r","url":"/a","responses":[{}]}]}"#,
            2
        ),
        (#"{"requests":[{"id":5,"url":"/a","responses":[{"request":"[","requestObject":7,"headers":"A: b"}]}, 7]}"#, 1),
        (#"{"requests":[{"url":"/a","dataMode":7,"data":"x","responses":[{"responseCode":{"code":"503"}}]}]}"#, 1),
    ])
    func `whose parts do not fit together lose no example`(text: String, count: Int) throws {
        let (examples, problems) = try parse(text).examples(files: nil)
        #expect(problems.isEmpty)
        #expect(examples.count == count)
    }

    @Test func `with folders nested without end are read`() throws {
        let folders = (0..<5000).map { #"{"id":"\#($0)","folder":"\#($0 + 1)"}"# }.joined(separator: ",")
        let text = #"{"folders":[\#(folders)],"requests":[{"folder":"0","url":"/a","responses":[{}]}]}"#
        #expect(try parse(text).examples(files: nil).examples.count == 1)
    }
}
