import Tensors

/// A copy of buffers as they were, to return to.
final class Snapshot {
  private let originals: [Buffer<Float>]
  private let copies: [Buffer<Float>]

  /// Takes the first copy.
  init(_ originals: [Buffer<Float>], context: Context) throws(GenerativeError) {
    self.originals = originals
    var copies: [Buffer<Float>] = []
    for original in originals {
      copies.append(try Buffer(copying: UnsafeBufferPointer(original.elements), in: context.memory))
    }
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
