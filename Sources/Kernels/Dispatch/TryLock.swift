import CShims
import Synchronization

/// A lock that can be tried but never waited for. A lock that was held during a fork is free in the child,
/// because the thread that would release it does not exist there.
package struct TryLock: ~Copyable, Sendable {
  /// Twice the fork generation of the last `take`, plus 1 while the lock is held.
  private let word = Atomic<Int>(0)

  package init() {}

  /// Takes the lock if it is free. Returns whether the caller now holds it.
  package borrowing func take() -> Bool {
    let taken = 2 * Int(shim_fork_generation()) + 1
    let last = word.load(ordering: .relaxed)
    return last != taken
      && word.compareExchange(expected: last, desired: taken, ordering: .acquiring).exchanged
  }

  package borrowing func release() { word.store(2 * Int(shim_fork_generation()), ordering: .releasing) }
}
