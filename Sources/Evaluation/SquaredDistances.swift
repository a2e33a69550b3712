import Tensors

/// Squared Euclidean distances between the rows of two matrices, ‖a − b‖² = ‖a‖² + ‖b‖² − 2 a·b.
///
/// A matrix product does most of the work. Subtracting a common center from both sides first keeps the three
/// terms, and thus the rounding errors, small.
struct SquaredDistances {
  let context: Context
  let width: Int

  init(width: Int, context: Context) {
    self.width = width
    self.context = context
  }

  /// row ← row − center, for each row.
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

/// Rows relative to a common center, with their norms: the operands of distances.
struct CentredRows {
  let count: Int
  let rows: Buffer<Float>
  let norms: Buffer<Float>

  /// A copy of `count` packed rows minus `center`.
  ///
  /// - Throws: `.memory`.
  init(
    _ rows: UnsafePointer<Float>, count: Int, center: Buffer<Float>, _ distances: SquaredDistances,
    context: Context
  ) throws(GenerativeError) {
    guard let floats = checkedProduct(count, center.count) else {
      throw GenerativeError(.memory, "\(count) rows of \(center.count) do not fit in memory")
    }
    self.count = count
    self.rows = try Buffer(copying: UnsafeBufferPointer(start: rows, count: floats), in: context.memory)
    norms = try Buffer(count: count, in: context.memory)
    distances.center(self.rows.base, count: count, at: center.base)
    distances.norms(self.rows.base, count: count, into: norms.base)
  }

  /// The center for sets of rows: the mean of the first set.
  static func about(
    meanOf rows: UnsafePointer<Float>, count: Int, width: Int, context: Context
  ) throws(GenerativeError) -> Buffer<Float> {
    let center = try Buffer<Float>(count: width, in: context.memory)
    context.columnSums(Matrix(reading: rows, rows: count, columns: width), into: center.base)
    context.scale(center.base, by: 1 / Float(max(count, 1)), count: width, into: center.base)
    return center
  }
}

extension SquaredDistances {
  /// Maximum number of distances held at a time: 16 MiB, which fits in a last-level cache.
  private static let blockFloats = 1 << 22

  /// Calls `body` with the distances of a block of rows of `a` to all rows of `b`, packed, for all blocks.
  ///
  /// - Throws: `.memory`, `.cancelled`.
  func forEachBlock(
    of a: CentredRows, to b: CentredRows,
    _ body: (_ distances: UnsafeMutablePointer<Float>, _ first: Int, _ count: Int) -> Void
  ) throws(GenerativeError) {
    guard a.count > 0, b.count > 0 else { return }
    let block = min(a.count, max(Self.blockFloats / b.count, 24))
    let distances = try Buffer<Float>(count: block * b.count, in: context.memory)
    for first in stride(from: 0, to: a.count, by: block) {
      try Run.proceed(first, of: a.count)
      let count = min(block, a.count - first)
      fill(
        distances.base, a.rows.base + first * width, norms: a.norms.base + first, count: count, b.rows.base,
        norms: b.norms.base, count: b.count)
      body(distances.base, first, count)
    }
  }
}

/// Inserts a value into an ascending list, and removes the last one. If indices are kept, inserts the index
/// likewise.
func insert(
  _ value: Float, into list: UnsafeMutablePointer<Float>, count: Int, _ index: Int64 = 0,
  into places: UnsafeMutablePointer<Int64>? = nil
) {
  var k = count - 1
  while k > 0, list[k - 1] > value {
    list[k] = list[k - 1]
    if let places { places[k] = places[k - 1] }
    k -= 1
  }
  list[k] = value
  if let places { places[k] = index }
}
