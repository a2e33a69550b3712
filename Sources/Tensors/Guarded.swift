import CShims

/// State that one thread at a time reaches.
///
/// One lock serves all of them: it is held for a few instructions, and a fork can wait for it, so that
/// the child finds nothing half changed and no lock held by a thread that it does not have. Over a
/// pthread mutex, which ThreadSanitizer sees, unlike Synchronization's.
package final class Guarded<State>: @unchecked Sendable {
  private var state: State

  package init(_ state: sending State) { self.state = state }

  /// Runs `body` with the state to itself. `body` is short, and neither reaches for guarded state nor
  /// calls the host, nor lets go of anything whose end does: an allocator may be the host's.
  package func withLock<Result, Failure: Error>(
    _ body: (inout State) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    shim_state_lock()
    defer { shim_state_unlock() }
    return try body(&state)
  }

  /// Puts `new` in the state's place; the old one is let go after the lock.
  package func replace(by new: sending State) {
    var old = new
    withLock { swap(&$0, &old) }
  }
}
