/// Tells in which folders of documents of a workspace something may have changed.
public final class DocumentWatch: Sendable {
    public enum Folder: Sendable, CaseIterable { case mocks, collections, environments }

    private let watch: FolderWatch
    private let paths: [Folder: String]

    public init(_ workspace: Workspace) {
        paths = [
            .mocks: workspace.mocks, .collections: workspace.collections, .environments: workspace.environments,
        ]
        watch = FolderWatch(Set(paths.values))
    }

    /// Those in which something changed since this was asked last. One system call while nothing does.
    public func takeChanges() -> Set<Folder> {
        let changed = watch.takeChangedFolders()
        guard !changed.isEmpty else { return [] }
        return Set(paths.filter { changed.contains($0.value) }.keys)
    }
}
