import Tensors

/// The position of an image in a larger one: its center, or half a pixel above and to the left of it.
struct Margins {
  let inner: Shape
  let outer: Shape
  let top: Int
  let left: Int

  /// - Throws: `.internalFault` if the channels differ or a side is smaller.
  init(around inner: Shape, in outer: Shape) throws(GenerativeError) {
    guard inner.channels == outer.channels, inner.height <= outer.height, inner.width <= outer.width else {
      throw GenerativeError(.internalFault, "\(inner) has no place in \(outer)")
    }
    self.inner = inner
    self.outer = outer
    top = (outer.height - inner.height) / 2
    left = (outer.width - inner.width) / 2
  }

  /// y ← x with zeros around it, for `rows` images.
  func pad(_ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, rows: Int, in context: Context) {
    context.parallelSlots(rows, isSmall: isSmall(rows)) { _, row in
      (y + row * outer.count).update(repeating: 0, count: outer.count)
      for i in 0..<inner.height {
        (y + outerOffset(row, i)).update(from: x + innerOffset(row, i), count: lineCount)
      }
    }
  }

  /// y ← the center of x, for `rows` images.
  func crop(_ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, rows: Int, in context: Context) {
    context.parallelSlots(rows, isSmall: isSmall(rows)) { _, row in
      for i in 0..<inner.height {
        (y + innerOffset(row, i)).update(from: x + outerOffset(row, i), count: lineCount)
      }
    }
  }

  /// The number of floats in a row of the smaller image.
  private var lineCount: Int { inner.width * inner.channels }

  /// The index of the first float of row i of the smaller image, in the smaller and in the larger image.
  private func innerOffset(_ row: Int, _ i: Int) -> Int { row * inner.count + i * lineCount }
  private func outerOffset(_ row: Int, _ i: Int) -> Int {
    row * outer.count + ((top + i) * outer.width + left) * outer.channels
  }

  /// Copying less than 200 KB takes less time than waking the workers.
  private func isSmall(_ rows: Int) -> Bool { rows * outer.count < 50_000 }
}
