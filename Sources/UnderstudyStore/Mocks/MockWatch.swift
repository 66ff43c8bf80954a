/// Tells when files of mock servers may have changed.
public final class MockWatch: Sendable {
    private let watch: FolderWatch

    public init(_ workspace: Workspace) { watch = FolderWatch([workspace.mocks]) }

    /// Whether one changed since the last time that this was asked. One system call while nothing does.
    public func takeChange() -> Bool {
        guard watch.hasChanged() else { return false }
        watch.clear()
        return true
    }
}
