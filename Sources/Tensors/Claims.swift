import Synchronization

/// Who does which index of a parallel loop: each is handed out once.
///
/// Of few indices every thread takes those of its own share first, from the same place in each loop:
/// what it read there the last time, a layer's weights, is still in its core's cache. Of many each
/// takes the next.
struct Claims: ~Copyable {
  /// Indices that fit the mask.
  private static let few = UInt64.bitWidth

  private let count: Int
  private let threadCount: Int
  /// The indices taken, a bit each; of many their number.
  private let taken = Atomic<UInt64>(0)

  init(count: Int, threadCount: Int) {
    self.count = count
    self.threadCount = threadCount
  }

  /// An index for the thread of `slot`, nil when none is left.
  ///
  /// - Parameter position: how far this thread has looked, 0 at first.
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

  /// Does what is left for the thread of `slot`.
  borrowing func drain(slot: Int, _ body: (_ slot: Int, _ index: Int) -> Void) {
    var position = 0
    while let index = next(slot: slot, position: &position) { body(slot, index) }
  }
}
