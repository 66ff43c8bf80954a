/// Every route there is.
enum AllRoutes {
    static let table = RouteTable(postman + own)

    static let postman: [Route] =
        PostmanMocks.routes + PostmanCallLogs.routes + PostmanServerResponses.routes + PostmanCollections.routes
        + PostmanResponses.routes + PostmanEnvironments.routes + PostmanAccount.routes + PostmanWorkspaces.routes

    static let own: [Route] =
        HealthRoutes.routes + SignInRoutes.routes + ServerRoutes.routes + SessionRoutes.routes + HistoryRoutes.routes
        + HistorySavingRoutes.routes + HistoryRemovalRoutes.routes + MissRoutes.routes + OutgoingCallRoutes.routes
        + HistoryBodyRoutes.routes + HistoryExplainRoutes.routes
        + CollectionRoutes.routes
        + ExampleRoutes.routes + ExampleEditorRoutes.routes + ItemRoutes.routes + MatchRoutes.routes + MockRoutes.routes
        + MockMakingRoutes.routes + LearnRoutes.routes
        + KeyRoutes.routes
        + PolicyRoutes.routes
        + EnvironmentRoutes.routes + UsageRoutes.routes + TransferRoutes.routes + EventRoutes.routes
        + ActivityRoutes.routes + MockCallRoutes.routes + MockResponseRoutes.routes + SettingsRoutes.routes
        + RedactionRoutes.routes + AuthorityRoutes.routes
        + MetricsRoutes.routes + DocumentRoutes.routes
}
