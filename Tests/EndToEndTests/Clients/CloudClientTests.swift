import Testing

extension RealClients {
    @Suite(
        .enabled(
            if: ClientTool.hasAll() && ClientTool.pythonPackage("awscli") != nil, ClientTool.advice("aws CLI"))
    ) struct `Amazon's services` {
        /// Parts of a file are fetched side by side and differ only in `Range`; DynamoDB's operations may differ only in
        /// `X-Amz-Target`.
        private let options = ["--match-headers", "Range,X-Amz-Target"]

        @Test(arguments: [false, true])
        func `boto3: S3 in parts, SQS, DynamoDB`(secure: Bool) throws {
            let stage = try Stage.moto(secure: secure)
            let command = [PythonServer.python, Stage.program("aws.py")] + stage.bases
            try stage.prove("boto3", command, least: 35, options: options)
        }

        @Test(arguments: [false, true])
        func `the aws CLI: S3 in parts, SQS, DynamoDB`(secure: Bool) throws {
            let stage = try Stage.moto(secure: secure)
            let command = ["bash", Stage.program("aws.sh")] + stage.bases + [PythonServer.python]
            try stage.prove("aws", command, least: 20, options: options)
        }
    }
}
