import CShims

/// Worker threads that share a loop with the calling thread.
///
/// One loop runs at a time. A loop started inside another, or while another thread's loop runs, runs on the
/// calling thread only. Workers block signals and sleep when idle. They start with the first loop, are joined
/// when the pool is deinitialized, and start again in the child of a fork.
package final class ThreadPool: @unchecked Sendable {
  /// The number of threads that a loop may use, including the caller.
  package let threadCount: Int

  /// Held while a loop runs on the workers.
  private let lock = TryLock()
  /// Accessed only by the thread that holds the lock, and by deinit.
  private var crew: ThreadCrew?

  /// - Parameter threadCount: clamped to 1 ... 64.
  package init(threadCount: Int) { self.threadCount = min(max(1, threadCount), ThreadCrew.maximumCount) }

  deinit { abandonForeignCrew() }

  /// Calls `body(slot)` on the calling thread with slot 0. Workers that arrive before it returns call it too,
  /// each with its own slot in 1 ..< threadCount. Waits for all of them.
  ///
  /// `body` takes its work from a shared counter and returns when none is left.
  package func run(_ body: (_ slot: Int) -> Void) {
    guard threadCount > 1, lock.take() else { return body(0) }
    defer { lock.release() }
    abandonForeignCrew()
    let crew = crew ?? ThreadCrew(workerCount: threadCount - 1)
    self.crew = crew
    crew.run(body)
  }

  /// Drops threads of the parent process after a fork: they do not exist in the child and cannot be joined.
  private func abandonForeignCrew() {
    guard let foreign = crew, foreign.forkGeneration != shim_fork_generation() else { return }
    _ = Unmanaged.passRetained(foreign)
    crew = nil
  }
}
