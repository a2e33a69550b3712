import Glibc
import Synchronization

/// Large blocks that were released, kept for the next request of the same size.
///
/// The C library would return them to the system, and every page of the next allocation would then have to be
/// faulted in and cleared. That takes 5% of the time of a PCA fit. No lock is held, so a fork at any moment
/// leaves the list usable.
package enum SpareBlocks {
  /// The C library keeps smaller blocks itself. For larger ones, clearing is a small part of the work.
  private static let sizes = 1 << 20...8 << 20
  /// Maximum number of bytes kept by the whole process: as many as a PCA of 784 columns releases.
  private static let capacity = 48 << 20
  private static let slotCount = 16
  /// Whether AddressSanitizer is active in this process. Nothing is kept then, because it could not detect a
  /// use after free.
  package static let areWatched = dlsym(nil, "__asan_init") != nil

  /// Blocks. The first word of each holds its size.
  nonisolated(unsafe) private static let slots: UnsafeMutablePointer<Atomic<UnsafeMutableRawPointer?>> = {
    let slots = UnsafeMutablePointer<Atomic<UnsafeMutableRawPointer?>>.allocate(capacity: slotCount)
    for index in 0..<slotCount { (slots + index).initialize(to: Atomic(nil)) }
    return slots
  }()
  private static let keptByteCount = Atomic<Int>(0)

  /// A block of exactly this size, if one is kept.
  package static func take(byteCount: Int) -> UnsafeMutableRawPointer? {
    guard sizes.contains(byteCount), keptByteCount.load(ordering: .relaxed) >= byteCount else { return nil }
    for index in 0..<slotCount {
      guard let block = remove(index) else { continue }
      if block.load(as: Int.self) == byteCount { return block }
      keep(block, byteCount: block.load(as: Int.self))
    }
    return nil
  }

  /// Keeps a block. Earlier ones are freed if there is no room.
  package static func keep(_ block: UnsafeMutableRawPointer, byteCount: Int) {
    guard sizes.contains(byteCount), !areWatched else { return free(block) }
    if keptByteCount.add(byteCount, ordering: .relaxed).newValue > capacity { release() }
    block.storeBytes(of: byteCount, as: Int.self)
    while !insert(block) { release() }
  }

  /// Frees all kept blocks.
  package static func release() {
    for index in 0..<slotCount { if let block = remove(index) { free(block) } }
  }

  /// Returns false if every slot is taken.
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
