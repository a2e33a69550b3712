import Glibc
import Kernels
import Synchronization

/// Where work runs: the kernels for this CPU, the worker threads and the memory account.
///
/// A context may be shared by any number of models and threads.
package final class Context: Sendable {
  /// A parallel loop supplied by the host. Calls `body(0) … body(count - 1)`, on any threads and in any
  /// order, and returns when all calls have returned.
  package typealias ParallelFor = @Sendable (_ count: Int, _ body: (_ index: Int) -> Void) -> Void

  /// Receives a context's messages, one line each, on the thread of the call that causes them.
  package typealias Log = @Sendable (_ level: LogLevel, _ message: String) -> Void

  /// The values are those in the header.
  package enum LogLevel: Int32, Sendable {
    /// A choice made on the caller's behalf.
    case info
    /// A problem that did not make the call fail.
    case warning
  }

  /// Uses all cores (or `GEN_THREADS` of them) and the system's allocator, without a memory limit.
  package static let standard = Context(reserve: Kernels.reserve)

  package let memory: Memory
  /// The number of threads that a loop may use, including the caller; at most 64.
  package let threadCount: Int
  /// The kernels of the chosen instruction set.
  package let kernels: KernelTable
  /// Whether convolutions may use Winograd's algorithm: 2.56 times fewer products, errors a few times larger.
  package let usesWinograd: Bool
  /// How much a file read on this context's behalf may request.
  package let limits: InputLimits
  /// How `multiply` and convolutions take their operands.
  package let precision: Precision
  let scratches: ScratchList
  private let original: Context?
  private let pool: ThreadPool
  private let hostLoop: ParallelFor?
  private let hostLog: Log?

  /// - Parameters:
  ///   - threadCount: by default `GEN_THREADS`, otherwise the number of cores that this process may use.
  ///   - memory: the account for everything allocated on this context's behalf.
  ///   - kernels: by default the best that this CPU can run, or those that `GEN_KERNELS` names.
  ///   - usesWinograd: true by default, unless `GEN_WINOGRAD` is 0.
  ///   - hostLoop: runs the parallel loops in place of the library's own threads.
  ///   - log: receives the choice of kernels and threads, and later warnings.
  /// - Throws: `.memory` if the first scratch buffer of the matrix product (about 5 MiB) cannot be allocated.
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
    precision = .float32
    original = nil
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

  /// The standard context. Its first scratch buffer never fails to allocate.
  private init(reserve: UnsafeMutableRawBufferPointer) {
    threadCount = Context.threadCount(wanted: nil)
    memory = .standard
    kernels = Kernels.table
    usesWinograd = Context.usesWinograd
    limits = .standard
    precision = .float32
    original = nil
    hostLoop = nil
    hostLog = nil
    scratches = ScratchList(slotCount: threadCount, memory: .standard, reserve: reserve)
    pool = ThreadPool(threadCount: threadCount)
  }

  /// `original` with the operands of another precision. Everything else is shared.
  private init(_ original: Context, _ precision: Precision) {
    self.original = original
    self.precision = precision
    (threadCount, memory, kernels) = (original.threadCount, original.memory, original.kernels)
    (usesWinograd, limits) = (original.usesWinograd, original.limits)
    (scratches, pool) = (original.scratches, original.pool)
    (hostLoop, hostLog) = (original.hostLoop, original.hostLog)
  }

  /// This context, with products of operands of this precision.
  package func with(_ precision: Precision) -> Context {
    if precision == self.precision { return self }
    return precision == .float32 ? float32 : Context(float32, precision)
  }

  /// This context, with products of operands as they are.
  package var float32: Context { original ?? self }

  /// The kernels of products of this context's precision.
  var product: ProductKernels { precision == .float32 ? kernels.product : kernels.roundedProduct }

  /// The transforms of Winograd's convolution in this context's precision.
  var winograd: WinogradKernels { precision == .float32 ? kernels.winograd : kernels.roundedWinograd }

  private static func threadCount(wanted: Int?) -> Int {
    let named = getenv("GEN_THREADS").flatMap { Int(String(cString: $0)) }.flatMap { $0 > 0 ? $0 : nil }
    return min(max(1, wanted ?? named ?? Kernels.coreCount), 64)
  }

  /// Sends a message to the host, if it provided a log.
  package func log(_ level: LogLevel, _ message: @autoclosure () -> String) {
    hostLog?(level, message())
  }

  package static var usesWinograd: Bool { getenv("GEN_WINOGRAD").map { String(cString: $0) } != "0" }

  // MARK: - Parallel loops

  /// Calls `body(0) … body(count - 1)` on the workers, in any order, and waits for all calls.
  ///
  /// Results must not depend on the order or on the number of threads. Nested calls, and calls while another
  /// thread uses the workers, run on the calling thread.
  package func parallel(_ count: Int, _ body: (_ index: Int) -> Void) {
    parallelSlots(count) { _, index in body(index) }
  }

  /// `parallel` that also passes each call a slot in 0 ..< threadCount, which no other call uses at the same
  /// time.
  ///
  /// - Parameter isSmall: whether the work costs less than using threads. The calling thread then does all of
  ///   it.
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
