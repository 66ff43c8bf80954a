import HTTPTypes
import NIOCore
import UnderstudyCore

/// The API's document.
enum DocumentRoutes {
    static let routes: [Route] = [
        Route(
            .get, "/api/v1/openapi.json", RouteDocument("This document: OpenAPI 3.1", gives: Schema.object),
            { _ in Answer(bytes: bytes, type: "application/json") })
    ]

    private static let bytes = JSONWriter.bytes(OpenAPIDocument.json(AllRoutes.table.routes), style: .twoSpaces)
}
