import Glibc
import Kernels
import Synchronization

/// Where work runs: this CPU's kernels, the worker threads and the memory account.
///
/// A context may be shared by any number of models and threads.
package final class Context: Sendable {
  /// A host's parallel loop: calls `body(0) … body(count - 1)`, on any threads and in any order, and
  /// returns when all have returned.
  package typealias ParallelFor = @Sendable (_ count: Int, _ body: (_ index: Int) -> Void) -> Void

  /// Hears what happens on a context, one line a message, on the thread of the call it happens in.
  package typealias Log = @Sendable (_ level: LogLevel, _ message: String) -> Void

  /// Values as in the header.
  package enum LogLevel: Int32, Sendable {
    /// What was chosen on the caller's behalf.
    case info
    /// What went wrong without failing the call.
    case warning
  }

  /// All cores (or `GEN_THREADS` of them), the system's allocator, no limit.
  package static let standard = Context(reserve: Kernels.reserve)

  package let memory: Memory
  /// Threads that a loop may use, the caller included; at most 64.
  package let threadCount: Int
  /// The instruction set's kernels.
  package let kernels: KernelTable
  /// Whether convolutions may take Winograd's way: 2.56 times fewer products, errors a few times larger.
  package let usesWinograd: Bool
  /// What files read on this context's behalf may ask for.
  package let limits: InputLimits
  let scratches: ScratchList
  private let pool: ThreadPool
  private let hostLoop: ParallelFor?
  private let hostLog: Log?

  /// - Parameters:
  ///   - threadCount: by default `GEN_THREADS`, else the cores that this process may use.
  ///   - memory: where everything allocated on this context's behalf is accounted.
  ///   - kernels: by default the best that this CPU runs, or what `GEN_KERNELS` names.
  ///   - usesWinograd: by default yes unless `GEN_WINOGRAD` is 0.
  ///   - hostLoop: runs the parallel loops instead of threads of the library's own.
  ///   - log: hears of the kernels and threads chosen, and later of warnings.
  /// - Throws: `.memory` when the first scratch of the matrix product (about 5 MiB) cannot be had.
  package init(
    threadCount: Int? = nil, memory: Memory = .standard, kernels: KernelTable = Kernels.table,
    usesWinograd: Bool = Context.usesWinograd, limits: InputLimits = .standard,
    hostLoop: ParallelFor? = nil, log: Log? = nil
  ) throws(GenerativeError) {
    let threadCount = Context.threadCount(wanted: threadCount)
    scratches = try ScratchList(slotCount: threadCount, memory: memory)
    self.threadCount = threadCount
    self.memory = memory
    self.kernels = kernels
    self.usesWinograd = usesWinograd
    self.limits = limits
    self.hostLoop = hostLoop
    hostLog = log
    pool = ThreadPool(threadCount: hostLoop == nil ? threadCount : 1)
    if let wanted = Kernels.wanted, wanted != Kernels.table.name {
      self.log(.warning, "GEN_KERNELS names \"\(wanted)\", which this processor cannot run")
    }
    self.log(
      .info,
      "kernels \(kernels.name), \(threadCount == 1 ? "1 thread" : "\(threadCount) threads")"
        + "\(hostLoop == nil ? "" : " of the host")")
  }

  /// The standard context, whose first scratch always succeeds.
  private init(reserve: UnsafeMutableRawBufferPointer) {
    threadCount = Context.threadCount(wanted: nil)
    memory = .standard
    kernels = Kernels.table
    usesWinograd = Context.usesWinograd
    limits = .standard
    hostLoop = nil
    hostLog = nil
    scratches = ScratchList(slotCount: threadCount, memory: .standard, reserve: reserve)
    pool = ThreadPool(threadCount: threadCount)
  }

  private static func threadCount(wanted: Int?) -> Int {
    let named = getenv("GEN_THREADS").flatMap { Int(String(cString: $0)) }.flatMap { $0 > 0 ? $0 : nil }
    return min(max(1, wanted ?? named ?? Kernels.coreCount), 64)
  }

  /// Tells the host, if it listens.
  package func log(_ level: LogLevel, _ message: @autoclosure () -> String) {
    hostLog?(level, message())
  }

  package static var usesWinograd: Bool { getenv("GEN_WINOGRAD").map { String(cString: $0) } != "0" }

  // MARK: - Parallel loops

  /// Calls `body(0) … body(count - 1)` on the workers, in any order, and waits for all.
  ///
  /// Results must not depend on the order or on the number of threads. Nested calls and calls
  /// while another thread uses the workers run on the calling thread.
  package func parallel(_ count: Int, _ body: (_ index: Int) -> Void) {
    parallelSlots(count) { _, index in body(index) }
  }

  /// The same, telling each call also a slot in 0 ..< threadCount that no other call uses meanwhile.
  ///
  /// - Parameter isSmall: that the work is less than threads cost; the calling thread then does it alone.
  package func parallelSlots(
    _ count: Int, isSmall: Bool = false, _ body: (_ slot: Int, _ index: Int) -> Void
  ) {
    guard count > 1, threadCount > 1, !isSmall else {
      for index in 0..<max(0, count) { body(0, index) }
      return
    }
    let claims = Claims(count: count, threadCount: threadCount)
    if let hostLoop {
      hostLoop(min(threadCount, count)) { claims.drain(slot: $0, body) }
    } else {
      pool.run { claims.drain(slot: $0, body) }
    }
  }
}
