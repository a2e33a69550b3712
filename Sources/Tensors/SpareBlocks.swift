import Glibc
import Synchronization

/// Large blocks that were let go, kept for whoever next asks for one as large.
///
/// The C library gives them back to the system, and the next call's pages then cost a fault and a clearing
/// each: a twentieth of the time of a PCA's fit. No lock is held, so a fork at any moment leaves the list
/// usable.
package enum SpareBlocks {
  /// Smaller ones the C library keeps itself; of larger ones clearing is a small part of the work.
  private static let sizes = 1 << 20...8 << 20
  /// Bytes kept at most, by the whole process: what a PCA of 784 columns lets go.
  private static let capacity = 48 << 20
  private static let slotCount = 16
  /// Whether AddressSanitizer watches this process: nothing is kept, or it would not see a use after the end.
  package static let areWatched = dlsym(nil, "__asan_init") != nil

  /// Blocks, each with its size in its first word.
  nonisolated(unsafe) private static let slots: UnsafeMutablePointer<Atomic<UnsafeMutableRawPointer?>> = {
    let slots = UnsafeMutablePointer<Atomic<UnsafeMutableRawPointer?>>.allocate(capacity: slotCount)
    for index in 0..<slotCount { (slots + index).initialize(to: Atomic(nil)) }
    return slots
  }()
  private static let keptByteCount = Atomic<Int>(0)

  /// A block of just this size, if one is kept.
  package static func take(byteCount: Int) -> UnsafeMutableRawPointer? {
    guard sizes.contains(byteCount), keptByteCount.load(ordering: .relaxed) >= byteCount else { return nil }
    for index in 0..<slotCount {
      guard let block = remove(index) else { continue }
      if block.load(as: Int.self) == byteCount { return block }
      keep(block, byteCount: block.load(as: Int.self))
    }
    return nil
  }

  /// Keeps a block; earlier ones are freed if there is no room.
  package static func keep(_ block: UnsafeMutableRawPointer, byteCount: Int) {
    guard sizes.contains(byteCount), !areWatched else { return free(block) }
    if keptByteCount.add(byteCount, ordering: .relaxed).newValue > capacity { release() }
    block.storeBytes(of: byteCount, as: Int.self)
    while !insert(block) { release() }
  }

  /// Gives all of them back.
  package static func release() {
    for index in 0..<slotCount { if let block = remove(index) { free(block) } }
  }

  /// False where every slot is taken.
  private static func insert(_ block: UnsafeMutableRawPointer) -> Bool {
    for index in 0..<slotCount
    where slots[index].compareExchange(expected: nil, desired: block, ordering: .releasing).exchanged {
      return true
    }
    return false
  }

  private static func remove(_ index: Int) -> UnsafeMutableRawPointer? {
    guard let block = slots[index].exchange(nil, ordering: .acquiring) else { return nil }
    keptByteCount.subtract(block.load(as: Int.self), ordering: .relaxed)
    return block
  }
}
