import Testing

extension RealClients {
    @Suite(
        .enabled(
            if: ClientTool.hasAll() && ClientTool.pythonPackage("awscli") != nil, ClientTool.advice("aws CLI"))
    ) struct `Amazon's services` {
        @Test(arguments: [false, true])
        func `boto3: S3 in parts, SQS, DynamoDB`(secure: Bool) throws {
            let stage = try Stage.moto(secure: secure)
            let command = [PythonServer.python, Stage.program("aws.py")] + stage.bases
            try stage.prove("boto3", command, least: 35)
        }

        @Test(arguments: [false, true])
        func `the aws CLI: S3 in parts, SQS, DynamoDB`(secure: Bool) throws {
            let stage = try Stage.moto(secure: secure)
            let command = ["bash", Stage.program("aws.sh")] + stage.bases + [PythonServer.python]
            try stage.prove("aws", command, least: 20)
        }
    }
}
