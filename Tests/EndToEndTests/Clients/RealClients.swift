import Testing

/// Client programs as people run them, each twice under `understudy run`: recorded against real servers, and, those
/// stopped, played for from the recording. What they print must be the same.
///
/// Not part of `EndToEnd`: nothing is measured here, so that they run side by side. `Programs/` has what they run and talk
/// to, `Stage` how; `scripts/test --all` installs all of them.
///
/// Every wait has a bound of its own; a test's time would count its waiting for a thread.
@Suite struct RealClients {}
