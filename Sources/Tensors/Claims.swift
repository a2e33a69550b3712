import Synchronization

/// Distributes the indices of a parallel loop to the threads, each index once.
///
/// If there are few indices, every thread first takes those of its own share, starting at the same place in
/// each loop. What it read there the last time, such as a layer's weights, is then still in its core's cache.
/// If there are many, each thread takes the next one.
struct Claims: ~Copyable {
  /// The number of indices that fit in the bit mask.
  private static let few = UInt64.bitWidth

  private let count: Int
  private let threadCount: Int
  /// A bit mask of the indices taken; if there are many indices, the number taken.
  private let taken = Atomic<UInt64>(0)

  init(count: Int, threadCount: Int) {
    self.count = count
    self.threadCount = threadCount
  }

  /// An index for the thread of `slot`, or nil if none is left.
  ///
  /// - Parameter position: how far this thread has searched; initially 0.
  borrowing func next(slot: Int, position: inout Int) -> Int? {
    guard count <= Claims.few else {
      let index = taken.add(1, ordering: .relaxed).oldValue
      return index < UInt64(count) ? Int(index) : nil
    }
    let start = slot * count / threadCount
    while position < count {
      let index = start + position < count ? start + position : start + position - count
      position += 1
      let bit: UInt64 = 1 << UInt64(index)
      guard taken.load(ordering: .relaxed) & bit == 0 else { continue }
      if taken.bitwiseOr(bit, ordering: .relaxed).oldValue & bit == 0 { return index }
    }
    return nil
  }

  /// Calls `body` for the indices that are left for the thread of `slot`.
  borrowing func drain(slot: Int, _ body: (_ slot: Int, _ index: Int) -> Void) {
    var position = 0
    while let index = next(slot: slot, position: &position) { body(slot, index) }
  }
}
