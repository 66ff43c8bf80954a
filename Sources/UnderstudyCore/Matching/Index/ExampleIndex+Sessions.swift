extension ExampleIndex.Best {
    /// What several sessions recorded is equal and yet not one sequence: the session's own examples answer, else those
    /// recorded without a session, else those of the session that comes first.
    func preferring(_ session: String) -> ExampleIndex.Best {
        guard entries.count > 1 else { return self }
        for owner in [session, ""] {
            let own = entries.filter { $0.example.session == owner }
            if !own.isEmpty { return narrowed(to: own) }
        }
        let owner = entries[0].example.session
        return narrowed(to: entries.filter { $0.example.session == owner })
    }

    /// Those that are the very part or operation that was asked for, if there are any.
    var preferringNamed: ExampleIndex.Best {
        guard entries.count > 1, entries.contains(where: \.isNamed) else { return self }
        return narrowed(to: entries.filter(\.isNamed))
    }

    private func narrowed(to entries: [Entry]) -> ExampleIndex.Best {
        guard entries.count < self.entries.count else { return self }
        return ExampleIndex.Best(score: score, entries: entries)
    }
}
