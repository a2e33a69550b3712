import CShims
import Synchronization

/// A lock that is tried and never waited for. Whoever had it when a process forked, in the child it is free, since
/// the thread is not there to give it back.
package struct TryLock: ~Copyable, Sendable {
  /// Twice the fork generation in which it was last taken, plus one until it is given back.
  private let word = Atomic<Int>(0)

  package init() {}

  /// Whether it was free, and is now the caller's until `release`.
  package borrowing func take() -> Bool {
    let taken = 2 * Int(shim_fork_generation()) + 1
    let last = word.load(ordering: .relaxed)
    return last != taken
      && word.compareExchange(expected: last, desired: taken, ordering: .acquiring).exchanged
  }

  package borrowing func release() { word.store(2 * Int(shim_fork_generation()), ordering: .releasing) }
}
