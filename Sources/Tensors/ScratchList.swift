import Glibc
import Kernels

/// The matrix product's working memory: packed panels of both operands.
struct Scratch {
  /// Floats of packed B: 4 MiB, of which the third-level cache holds several.
  static let columnCapacity = 1 << 20
  /// Rows of A that one task packs at a time: with `depthCapacity` 180 KiB, under half of a 512 KiB
  /// second-level cache.
  static let rowCapacity = 15 * ProductKernels.tileRows
  /// The deepest block of the product's sums. A panel of B then fills the first-level cache and comes from
  /// the second, which the tile does not notice; C is read and written fewer times.
  static let depthCapacity = 512
  /// Floats of the largest instruction set's tile, rounded to cache lines.
  private static let tileCapacity = 256
  private static let slotCapacity = rowCapacity * depthCapacity + tileCapacity

  let base: UnsafeMutablePointer<Float>

  static func byteCount(slotCount: Int) -> Int {
    (columnCapacity + slotCount * slotCapacity) * MemoryLayout<Float>.stride
  }

  /// Packed panels of B, shared by all tasks.
  var columns: UnsafeMutablePointer<Float> { base }
  /// Packed panels of A of one slot's task.
  func rows(slot: Int) -> UnsafeMutablePointer<Float> {
    base + Scratch.columnCapacity + slot * Scratch.slotCapacity
  }
  /// One tile of C of one slot's task.
  func tile(slot: Int) -> UnsafeMutablePointer<Float> {
    rows(slot: slot) + Scratch.rowCapacity * Scratch.depthCapacity
  }
}

/// The scratches of a context: one from the start, more as concurrent calls ask for them.
///
/// A call never fails for want of scratch: when no more can be allocated it waits for one in use.
/// No lock is held, so a fork at any moment leaves the list usable, and what other threads had in use
/// free in the child.
final class ScratchList: @unchecked Sendable {
  private static let capacity = 16

  /// A scratch that is kept, once there is one.
  private struct Entry: ~Copyable {
    let lock = TryLock()
    /// Touched only by the thread that holds the lock, and by deinit.
    var base: UnsafeMutableRawPointer?
  }

  private let entries: UnsafeMutablePointer<Entry>
  private let slotCount: Int
  private let memory: Memory
  /// What must not go back to `memory`.
  private let reserve: UnsafeMutableRawPointer?

  private var byteCount: Int { Scratch.byteCount(slotCount: slotCount) }

  /// - Throws: `.memory` when the first scratch cannot be had.
  init(slotCount: Int, memory: Memory) throws(GenerativeError) {
    let first = try memory.allocate(byteCount: Scratch.byteCount(slotCount: slotCount))
    self.slotCount = slotCount
    self.memory = memory
    reserve = nil
    entries = ScratchList.makeEntries(first)
  }

  /// A list whose first scratch is `reserve`, or, when that is too small for so many slots, comes
  /// from `memory` if it can.
  init(slotCount: Int, memory: Memory, reserve: UnsafeMutableRawBufferPointer) {
    self.memory = memory
    let byteCount = Scratch.byteCount(slotCount: slotCount)
    if byteCount > reserve.count, let first = try? memory.allocate(byteCount: byteCount) {
      self.slotCount = slotCount
      self.reserve = nil
      entries = ScratchList.makeEntries(first)
    } else {
      self.slotCount = slotCount
      self.reserve = reserve.baseAddress
      if let base = reserve.baseAddress { askForHugePages(base, byteCount: reserve.count) }
      entries = ScratchList.makeEntries(reserve.baseAddress)
    }
  }

  private static func makeEntries(_ first: UnsafeMutableRawPointer?) -> UnsafeMutablePointer<Entry> {
    let entries = UnsafeMutablePointer<Entry>.allocate(capacity: capacity)
    for index in 0..<capacity { (entries + index).initialize(to: Entry(base: index == 0 ? first : nil)) }
    return entries
  }

  deinit {
    for index in 0..<ScratchList.capacity {
      if let base = entries[index].base, base != reserve { memory.release(base, byteCount: byteCount) }
    }
    entries.deinitialize(count: ScratchList.capacity)
    entries.deallocate()
  }

  /// Calls `body` with a scratch of its own.
  func withScratch(_ body: (Scratch) -> Void) {
    while true {
      if withKeptScratch(body) { return }
      if let base = try? memory.allocate(byteCount: byteCount) {
        defer { memory.release(base, byteCount: byteCount) }
        return body(Scratch(base: base.assumingMemoryBound(to: Float.self)))
      }
      sched_yield()
    }
  }

  /// Whether one of the entries was free, and had a scratch or got one.
  private func withKeptScratch(_ body: (Scratch) -> Void) -> Bool {
    for index in 0..<ScratchList.capacity where entries[index].lock.take() {
      defer { entries[index].lock.release() }
      if entries[index].base == nil { entries[index].base = try? memory.allocate(byteCount: byteCount) }
      guard let base = entries[index].base else { continue }
      body(Scratch(base: base.assumingMemoryBound(to: Float.self)))
      return true
    }
    return false
  }
}
