import CShims

/// State that only one thread at a time can access.
///
/// A single lock serves all instances. It is held for a few instructions only, and a fork can wait for it, so
/// that the child finds no half-changed state and no lock held by a thread that it does not have. It is a
/// pthread mutex, which ThreadSanitizer can see, unlike Synchronization's.
package final class Guarded<State>: @unchecked Sendable {
  private var state: State

  package init(_ state: sending State) { self.state = state }

  /// Runs `body` with exclusive access to the state. `body` must be short. It must not access other guarded
  /// state, call the host, or release an object whose deinit does either: an allocator may be the host's.
  package func withLock<Result, Failure: Error>(
    _ body: (inout State) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    shim_state_lock()
    defer { shim_state_unlock() }
    return try body(&state)
  }

  /// Replaces the state by `new`. The old state is released after the lock.
  package func replace(by new: sending State) {
    var old = new
    withLock { swap(&$0, &old) }
  }
}
