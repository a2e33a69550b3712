import Tensors

/// A copy of buffers that can be restored.
package final class Snapshot: Sendable {
  private let originals: [Buffer<Float>]
  /// One copy per original, in the same order.
  let copies: [Buffer<Float>]

  /// Makes the first copy.
  init(_ originals: [Buffer<Float>], context: Context) throws(GenerativeError) {
    var copies: [Buffer<Float>] = []
    for original in originals {
      copies.append(try Buffer(copying: UnsafeBufferPointer(original.elements), in: context.memory))
    }
    self.originals = originals
    self.copies = copies
  }

  func take() {
    for (original, copy) in zip(originals, copies) {
      copy.base.update(from: original.base, count: original.count)
    }
  }

  func restore() {
    for (original, copy) in zip(originals, copies) {
      original.base.update(from: copy.base, count: original.count)
    }
  }
}
