import Dispatch

/// Runs tasks on a dispatch queue. Tests block the few threads that tasks share, with sockets that wait.
final class QueueExecutor: TaskExecutor {
    private let queue = DispatchQueue(label: "test tasks")

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
