/// What an acknowledged exchange survives.
public enum Durability: String, Sendable, CaseIterable {
    /// Acknowledged at once, stored within milliseconds: a crash loses the last ones.
    case async
    /// Acknowledged after the commit: survives kill -9, and power loss but for the last moments.
    case normal
    /// Also on the medium: survives power loss. <https://www.sqlite.org/pragma.html#pragma_synchronous>
    case full
}
