import Glibc
import Kernels

/// The matrix product's working memory: packed panels of both operands.
struct Scratch {
  /// Floats of packed B: 4 MiB. The third-level cache holds several of them.
  static let columnCapacity = 1 << 20
  /// Rows of A that one task packs at a time. With `depthCapacity` they take 180 KiB, less than half of a 512
  /// KiB second-level cache.
  static let rowCapacity = 15 * ProductKernels.tileRows
  /// Maximum depth of a block. A panel of B then fills the first-level cache and is read from the second,
  /// which does not slow the tile down, and C is accessed fewer times.
  static let depthCapacity = 512
  /// The number of floats in the largest instruction set's tile, rounded up to cache lines.
  private static let tileCapacity = 256
  private static let slotCapacity = rowCapacity * depthCapacity + tileCapacity

  let base: UnsafeMutablePointer<Float>

  static func byteCount(slotCount: Int) -> Int {
    (columnCapacity + slotCount * slotCapacity) * MemoryLayout<Float>.stride
  }

  /// Packed panels of B, shared by all tasks.
  var columns: UnsafeMutablePointer<Float> { base }
  /// Packed panels of A for the task of one slot.
  func rows(slot: Int) -> UnsafeMutablePointer<Float> {
    base + Scratch.columnCapacity + slot * Scratch.slotCapacity
  }
  /// One tile of C for the task of one slot.
  func tile(slot: Int) -> UnsafeMutablePointer<Float> {
    rows(slot: slot) + Scratch.rowCapacity * Scratch.depthCapacity
  }
}

/// The scratch buffers of a context: one from the start, more when concurrent calls need them.
///
/// A call never fails for lack of scratch. If no more can be allocated, it waits for one in use. No lock is
/// held, so a fork at any moment leaves the list usable. Scratch buffers that other threads were using are
/// free in the child.
final class ScratchList: @unchecked Sendable {
  private static let capacity = 16

  /// A slot for a scratch buffer that is kept once it is allocated.
  private struct Entry: ~Copyable {
    let lock = TryLock()
    /// Accessed only by the thread that holds the lock, and by deinit.
    var base: UnsafeMutableRawPointer?
  }

  private let entries: UnsafeMutablePointer<Entry>
  private let slotCount: Int
  private let memory: Memory
  /// Memory that must not be released to `memory`.
  private let reserve: UnsafeMutableRawPointer?

  private var byteCount: Int { Scratch.byteCount(slotCount: slotCount) }

  /// - Throws: `.memory` if the first scratch buffer cannot be allocated.
  init(slotCount: Int, memory: Memory) throws(GenerativeError) {
    let first = try memory.allocate(byteCount: Scratch.byteCount(slotCount: slotCount))
    self.slotCount = slotCount
    self.memory = memory
    reserve = nil
    entries = ScratchList.makeEntries(first)
  }

  /// A list whose first scratch buffer is `reserve`. If that is too small for this many slots, it is
  /// allocated from `memory` if possible.
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

  /// Calls `body` with a scratch buffer that no other call uses.
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

  /// Calls `body` if one of the entries is free and has, or can get, a scratch buffer. Returns whether it
  /// did.
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
