import Glibc
import Kernels
import Synchronization

/// The matrix product's working memory: packed panels of both operands.
struct Scratch {
  /// Floats of packed B: 4 MiB, of which the third-level cache holds several.
  static let columnCapacity = 1 << 20
  /// Rows of A that one task packs at a time: with `depthCapacity` 184 KB, under half of a 512 KiB
  /// second-level cache.
  static let rowCapacity = 24 * ProductKernels.tileRows
  /// The deepest block of the product's sums: a panel of B of 320 × 16 floats takes 20 of the
  /// first-level cache's 32 KiB.
  static let depthCapacity = 320
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

/// The free scratches of a context: one from the start, more as concurrent calls ask for them.
///
/// A call never fails for want of scratch: when no more can be allocated it waits for one in use.
/// No lock is held, so a fork at any moment leaves the list usable.
final class ScratchList: @unchecked Sendable {
  private static let capacity = 16

  private let free: UnsafeMutablePointer<Atomic<UnsafeMutableRawPointer?>>
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
    free = ScratchList.makeEntries(first)
  }

  /// A list whose first scratch is `reserve`, or, when that is too small for so many slots, comes
  /// from `memory` if it can.
  init(slotCount: Int, memory: Memory, reserve: UnsafeMutableRawBufferPointer) {
    self.memory = memory
    let byteCount = Scratch.byteCount(slotCount: slotCount)
    if byteCount > reserve.count, let first = try? memory.allocate(byteCount: byteCount) {
      self.slotCount = slotCount
      self.reserve = nil
      free = ScratchList.makeEntries(first)
    } else {
      self.slotCount = slotCount
      self.reserve = reserve.baseAddress
      if let base = reserve.baseAddress { askForHugePages(base, byteCount: reserve.count) }
      free = ScratchList.makeEntries(reserve.baseAddress)
    }
  }

  private static func makeEntries(
    _ first: UnsafeMutableRawPointer?
  ) -> UnsafeMutablePointer<Atomic<UnsafeMutableRawPointer?>> {
    let entries = UnsafeMutablePointer<Atomic<UnsafeMutableRawPointer?>>.allocate(capacity: capacity)
    for index in 0..<capacity { (entries + index).initialize(to: Atomic(index == 0 ? first : nil)) }
    return entries
  }

  deinit {
    for index in 0..<ScratchList.capacity {
      if let scratch = free[index].exchange(nil, ordering: .acquiring), scratch != reserve {
        memory.release(scratch, byteCount: byteCount)
      }
    }
    free.deallocate()
  }

  /// Calls `body` with a scratch of its own.
  func withScratch(_ body: (Scratch) -> Void) {
    let raw = take()
    body(Scratch(base: raw.assumingMemoryBound(to: Float.self)))
    giveBack(raw)
  }

  private func take() -> UnsafeMutableRawPointer {
    while true {
      for index in 0..<ScratchList.capacity {
        if let scratch = free[index].exchange(nil, ordering: .acquiring) { return scratch }
      }
      if let scratch = try? memory.allocate(byteCount: byteCount) { return scratch }
      sched_yield()
    }
  }

  private func giveBack(_ scratch: UnsafeMutableRawPointer) {
    for index in 0..<ScratchList.capacity {
      let kept = free[index].compareExchange(expected: nil, desired: scratch, ordering: .releasing)
      if kept.exchanged { return }
    }
    memory.release(scratch, byteCount: byteCount)
  }
}
