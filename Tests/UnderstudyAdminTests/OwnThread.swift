import Dispatch

/// Runs a test that waits for sockets where it keeps nobody from running: the server that it asks lives on the few threads
/// that all tasks share.
final class OwnThread: TaskExecutor {
    private let queue = DispatchQueue(label: "test")

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
