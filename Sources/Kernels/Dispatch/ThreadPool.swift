import CShims
import Synchronization

/// Worker threads that share a loop with the thread that asks for it.
///
/// One loop runs at a time; a loop started inside another, or while another thread's runs, is the
/// calling thread's alone. Workers block all signals, sleep when idle, start with the first loop, are
/// joined when the pool goes, and start anew in the child of a fork.
package final class ThreadPool: @unchecked Sendable {
  /// Threads that a loop may use, the caller included.
  package let threadCount: Int

  /// Twice the fork generation in which a loop last ran, plus one while it runs. In a forked child
  /// the old value is stale, whether or not the parent was busy.
  private let owner: Atomic<Int>
  /// Touched only by the thread that made `owner` odd, and by deinit.
  private var crew: ThreadCrew?

  /// - Parameter threadCount: at least 1 and at most 64 are used.
  package init(threadCount: Int) {
    self.threadCount = min(max(1, threadCount), ThreadCrew.maximumCount)
    owner = Atomic(2 * Int(shim_fork_generation()))
  }

  deinit { if Int(shim_fork_generation()) != owner.load(ordering: .acquiring) / 2 { abandonCrew() } }

  /// Calls `body(slot)` on the calling thread with slot 0 and, as far as they arrive before it
  /// returns, on workers with a slot each in 1 ..< threadCount; waits for all.
  ///
  /// `body` takes its work from a shared counter and returns when none is left.
  package func run(_ body: (_ slot: Int) -> Void) {
    let idle = 2 * Int(shim_fork_generation())
    let last = owner.load(ordering: .relaxed)
    guard threadCount > 1, last != idle + 1,
      owner.compareExchange(expected: last, desired: idle + 1, ordering: .acquiring).exchanged
    else { return body(0) }
    defer { owner.store(idle, ordering: .releasing) }
    if last != idle { abandonCrew() }
    let crew = crew ?? ThreadCrew(workerCount: threadCount - 1)
    self.crew = crew
    crew.run(body)
  }

  /// Forgets threads that a fork left behind: they do not exist here, so nothing can join them.
  private func abandonCrew() {
    if let crew { _ = Unmanaged.passRetained(crew) }
    crew = nil
  }
}
