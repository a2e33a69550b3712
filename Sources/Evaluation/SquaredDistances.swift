import Tensors

/// Squared Euclidean distances between the rows of two matrices, ‖a − b‖² = ‖a‖² + ‖b‖² − 2 a·b.
///
/// One matrix product does the work. Subtracting a common centre from both sides first keeps the
/// three terms small, and with them the rounding.
struct SquaredDistances {
  private let context: Context
  private let width: Int

  init(width: Int, context: Context) {
    self.width = width
    self.context = context
  }

  /// row ← row − centre, of each row.
  func center(_ rows: UnsafeMutablePointer<Float>, count: Int, at center: UnsafePointer<Float>) {
    context.parallel(count) { row in
      let x = rows + row * width
      for j in 0..<width { x[j] -= center[j] }
    }
  }

  /// ‖row‖² of each row.
  func norms(_ rows: UnsafePointer<Float>, count: Int, into norms: UnsafeMutablePointer<Float>) {
    context.parallel(count) { row in
      let x = rows + row * width
      norms[row] = Float(context.dot(x, x, count: width))
    }
  }

  /// distances[i, j] ← ‖aᵢ − bⱼ‖², at least 0; packed, `aCount` × `bCount`.
  func fill(
    _ distances: UnsafeMutablePointer<Float>, _ a: UnsafePointer<Float>, norms aNorms: UnsafePointer<Float>,
    count aCount: Int, _ b: UnsafePointer<Float>, norms bNorms: UnsafePointer<Float>, count bCount: Int
  ) {
    context.multiply(
      Matrix(reading: a, rows: aCount, columns: width),
      Matrix(reading: b, rows: bCount, columns: width).transposed,
      into: Matrix(distances, rows: aCount, columns: bCount))
    context.parallel(aCount) { i in
      let row = distances + i * bCount
      for j in 0..<bCount { row[j] = max(0, aNorms[i] + bNorms[j] - 2 * row[j]) }
    }
  }
}
