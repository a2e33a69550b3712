import CShims

/// Worker threads that share a loop with the thread that asks for it.
///
/// One loop runs at a time; a loop started inside another, or while another thread's runs, is the
/// calling thread's alone. Workers block signals, sleep when idle, start with the first loop, are
/// joined when the pool goes, and start anew in the child of a fork.
package final class ThreadPool: @unchecked Sendable {
  /// Threads that a loop may use, the caller included.
  package let threadCount: Int

  /// To run a loop on the workers.
  private let lock = TryLock()
  /// Touched only by the thread that holds the lock, and by deinit.
  private var crew: ThreadCrew?

  /// - Parameter threadCount: at least 1 and at most 64 are used.
  package init(threadCount: Int) { self.threadCount = min(max(1, threadCount), ThreadCrew.maximumCount) }

  deinit { abandonForeignCrew() }

  /// Calls `body(slot)` on the calling thread with slot 0 and, as far as they arrive before it
  /// returns, on workers with a slot each in 1 ..< threadCount; waits for all.
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

  /// Forgets threads that a fork left behind: they do not exist here, so nothing can join them.
  private func abandonForeignCrew() {
    guard let foreign = crew, foreign.forkGeneration != shim_fork_generation() else { return }
    _ = Unmanaged.passRetained(foreign)
    crew = nil
  }
}
