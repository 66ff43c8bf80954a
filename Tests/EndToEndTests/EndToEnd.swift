import Testing

/// The built `understudy` binary, driven as its users drive it: a process, a port, a folder.
///
/// One suite around all of them, because they measure memory and time and would disturb each other side by side. What
/// they share is in `Support/`.
@Suite(.serialized) struct EndToEnd {}
