import LinearAlgebra
import Statistics
import Tensors

// The distance between sets with fewer rows than columns, without a matrix of columns × columns.

extension FrechetDistance {
  /// The number of columns centered and multiplied at a time: two blocks of a product's depth. With very many
  /// rows there are fewer columns, so that the blocks take no more memory than the covariances would.
  private static let mostBlockColumns = 512
  private static let leastBlockColumns = 16

  /// Whether `byRows` is faster and needs less memory than covariances.
  ///
  /// For n₁·n₂ ≤ d²/2 it takes at most about d³ + 12·n₁·n₂·min(n₁, n₂) < 6·d³ FLOPs, with rotations at half
  /// the speed of products. Two eigenproblems and two products of d × d take 14·d³. In measurements, both
  /// take the same time at that limit.
  static func isShorterByRows(_ a: Matrix, _ b: Matrix) -> Bool {
    let d = a.columnCount
    guard d == b.columnCount, min(a.rowCount, b.rowCount) >= 2,
      let products = checkedProduct(a.rowCount, b.rowCount)
    else { return false }
    return products <= (checkedProduct(d, d) ?? .max) / 2
  }

  /// Computes the distance from the products of the rows of both sets. With A and B the centered rows,
  ///
  ///     C₁ = Aᵀ·A / (n₁ − 1),   C₂ = Bᵀ·B / (n₂ − 1),
  ///     tr(C₁·C₂)^½ = Σ σ(A·Bᵀ) / √((n₁ − 1)(n₂ − 1)),
  ///
  /// because the nonzero eigenvalues of C₁·C₂ are those of (A·Bᵀ)(A·Bᵀ)ᵀ divided by both divisors. Computed
  /// in Double.
  ///
  /// - Throws: `.nonfinite`; `.memory`; `.cancelled`.
  static func byRows(_ a: Matrix, _ b: Matrix, context: Context) throws(GenerativeError) -> Double {
    for rows in [a, b] { try RowBatch.floats(rows).checkFinite(in: context) }
    // `SingularValues` requires at least as many columns as rows.
    let (a, b) = a.rowCount <= b.rowCount ? (a, b) : (b, a)
    let (n, m, d) = (a.rowCount, b.rowCount, a.columnCount)
    warnOfFew(rows: n, columns: d, context)
    let fitting = (checkedProduct(d, d) ?? .max) / (n + m)
    let width = min(d, mostBlockColumns, max(leastBlockColumns, fitting))
    let first = try CentredColumns(a, blockColumns: width, in: context)
    let second = try CentredColumns(b, blockColumns: width, in: context)
    let products = try Buffer<Double>(count: n * m, in: context.memory)
    let matrix = DoubleMatrix(products.base, rows: n, columns: m)
    let product = try DoubleProduct(rows: n, columns: m, in: context)
    var distance = 0.0
    for j in 0..<d {
      let difference = first.means[j] - second.means[j]
      distance += difference * difference
    }
    for left in stride(from: 0, to: d, by: width) {
      try Run.proceed(left, of: d)
      let columns = left..<min(d, left + width)
      let (x, y) = (first.block(columns), second.block(columns))
      distance += first.squares(of: x) / Double(n - 1) + second.squares(of: y) / Double(m - 1)
      product.add(x, y.transposed, into: matrix)
    }
    try Run.proceed(d, of: d)
    // The rank of n centered rows is at most n − 1.
    let singular = try SingularValues(matrix, in: context)
    let sum = singular.values.elements[..<(n - 1)].reduce(0, +)
    return max(0, distance - 2 * sum / (Double(n - 1) * Double(m - 1)).squareRoot())
  }
}

/// Rows minus their mean, in Double, in blocks of columns.
private struct CentredColumns {
  let means: Buffer<Double>
  private let rows: Matrix
  private let space: Buffer<Double>
  private let context: Context

  init(_ rows: Matrix, blockColumns: Int, in context: Context) throws(GenerativeError) {
    guard let count = checkedProduct(rows.rowCount, blockColumns) else {
      throw GenerativeError(.memory, "\(rows.rowCount) rows of \(blockColumns) do not fit in memory")
    }
    self.rows = rows
    self.context = context
    space = try Buffer(count: count, in: context.memory)
    means = try Buffer(count: rows.columnCount, in: context.memory)
    let (means, d) = (means.base, rows.columnCount)
    // 16 floats fill a cache line.
    context.parallelSlots((d + 15) / 16, isSmall: rows.rowCount * d < 100_000) { _, group in
      let columns = group * 16..<min(d, group * 16 + 16)
      for i in 0..<rows.rowCount {
        let row = rows.base + i * rows.rowStride
        for j in columns { means[j] += Double(row[j * rows.columnStride]) }
      }
      for j in columns { means[j] /= Double(rows.rowCount) }
    }
  }

  /// The centered rows of `columns`, valid until the next call.
  func block(_ columns: Range<Int>) -> DoubleMatrix {
    let (n, width) = (rows.rowCount, columns.count)
    context.parallelSlots((n + 15) / 16, isSmall: n * width < 100_000) { _, group in
      let start = group * 16
      RowBatch.floats(rows).centre(
        start, min(16, n - start), columns: columns, of: rows.columnCount, about: means.base,
        into: space.base + start * width)
    }
    return DoubleMatrix(space.base, rows: n, columns: width)
  }

  /// The sum of squares of a block.
  func squares(of block: DoubleMatrix) -> Double {
    context.dot(block.base, block.base, count: block.rowCount * block.columnCount)
  }
}
