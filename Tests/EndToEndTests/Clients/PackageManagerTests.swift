import Testing

extension RealClients {
    @Suite struct `Package managers` {
        @Test(.enabled(if: ClientTool.hasAll("bash"), ClientTool.advice("Python")))
        func `pip: install with what it needs, download, a package that is not there`() throws {
            let stage = try Stage.origin("pip")
            let command = ["bash", Stage.program("pip.sh")] + stage.bases + [PythonServer.python]
            try stage.prove("pip", command, least: 10)
        }

        @Test(
            .enabled(if: ClientTool.hasAll("apt-get", "dpkg-scanpackages"), ClientTool.advice("apt with dpkg-dev")))
        func `apt: update, download, update again`() throws {
            let stage = try Stage.origin("apt")
            try stage.prove("apt", ["bash", Stage.program("apt.sh")] + stage.bases, least: 20)
        }
    }
}
