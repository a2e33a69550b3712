import LinearAlgebra
import Statistics
import Tensors

/// Makes the variances of rows of doubles as accurate as those of a singular value decomposition of the
/// centred rows.
///
/// The eigenvalues of a covariance are accurate to ε·λ₁, so a component whose standard deviation is a
/// thousandth of the first's loses six digits. A second pass over the rows brings them back. With the
/// components V found so far, orthogonal to rounding, and centred rows X:
///
///     Y = X·Vᵀ,     H = Yᵀ·Y/(n − 1) = Wᵀ·diag(λ)·W,     V ← W·V
///
/// Column i of Y is as long as its component's deviation, with errors of ε·√λ₁, as those of a singular value
/// decomposition. H is nearly diagonal, so that `GradedEigen` finds every λ with high relative accuracy.
enum Refinement {
  /// The directions to refine: the components found, or all.
  enum Reach { case found, all }

  /// Whether variances that fall from the first to the last like this need it: an error of ε·λ₁ is more than
  /// ten units in the last place of λᵢ, and of rows of doubles more than what a singular value decomposition
  /// leaves, ε·(λ₁·λᵢ)^½.
  static func isNeeded(from first: Double, to last: Double, of element: RowElement) -> Bool {
    guard first > 0 else { return false }
    let ratio = max(last, 0) / first
    return element == .double ? ratio * 8 + ratio.squareRoot() * 4 < 1 : ratio < 1e-9
  }

  /// Whether besides the components wanted all others must take part: so small a variance is touched by what
  /// the first's rounding turned into directions that are left out.
  static func needsAll(from first: Double, to last: Double) -> Bool { last < first * 1e-9 }

  /// Refines components that were found in the covariance of all rows of `source`.
  ///
  /// - Parameters:
  ///   - mean: taken off the rows; nil: zero.
  ///   - v: m × d, by falling variance; becomes the refined ones.
  /// - Returns: m variances, falling.
  /// - Throws: `.memory`, `.cancelled`, what the source throws.
  static func run(
    _ source: some RowSource, rowCount n: Int, mean: Buffer<Double>?, _ v: DoubleMatrix, in context: Context
  ) throws(GenerativeError) -> Buffer<Double> {
    var pass = 0
    while true {
      pass += 1
      let sums = try Sums(v.rowCount, in: context)
      try source.forEachBatch { batch throws(GenerativeError) in
        try add(batch, mean: mean, v, to: sums, in: context)
      }
      if let variances = try sums.solve(pass, rowCount: n, isCentred: mean != nil, v, in: context) {
        return variances
      }
    }
  }

  /// The same of rows in memory.
  static func run(
    _ rows: RowBatch, mean: Buffer<Double>?, _ v: DoubleMatrix, in context: Context
  ) throws(GenerativeError) -> Buffer<Double> {
    var pass = 0
    while true {
      pass += 1
      let sums = try Sums(v.rowCount, in: context)
      try add(rows, mean: mean, v, to: sums, in: context)
      if let variances = try sums.solve(
        pass, rowCount: rows.rowCount, isCentred: mean != nil, v, in: context)
      {
        return variances
      }
    }
  }

  /// Yᵀ·Y and Yᵀ·1, m × m and m.
  private struct Sums {
    let h: Buffer<Double>
    let t: Buffer<Double>

    init(_ m: Int, in context: Context) throws(GenerativeError) {
      h = try Buffer(count: m * m, in: context.memory)
      t = try Buffer(count: m, in: context.memory)
    }

    /// Rotates V; returns the variances, or nil where another pass has more digits of them.
    func solve(
      _ pass: Int, rowCount n: Int, isCentred: Bool, _ v: DoubleMatrix, in context: Context
    ) throws(GenerativeError) -> Buffer<Double>? {
      let m = v.rowCount
      let scale = 1 / Double(n - 1)
      for i in 0..<m {
        for j in i..<m {
          // What rounding of the mean left.
          if isCentred { h.base[i * m + j] -= t.base[i] * (t.base[j] / Double(n)) }
          h.base[i * m + j] *= scale
        }
      }
      let eigen = try GradedEigen(destroying: h.base, n: m, in: context)
      let variances = try rotate(v, by: eigen, in: context)
      return eigen.isEntangled && pass < mostPasses ? nil : variances
    }
  }

  /// The second pass is for columns of very different scales, whose components the covariance's rounding mixes.
  private static let mostPasses = 2

  /// V ← W·V; returns the variances.
  static func rotate(
    _ v: DoubleMatrix, by eigen: GradedEigen, in context: Context
  ) throws(GenerativeError) -> Buffer<Double> {
    let (m, d) = (v.rowCount, v.columnCount)
    // Some columns at a time, for which there is room.
    let stripe = min(d, 1024)
    let rotated = try Buffer<Double>(uninitializedCount: m * stripe, in: context.memory)
    let product = try DoubleProduct(rows: m, columns: stripe, in: context)
    let w = DoubleMatrix(eigen.vectors.base, rows: m, columns: m)
    for first in stride(from: 0, to: d, by: stripe) {
      let columns = first..<min(d, first + stripe)
      rotated.base.update(repeating: 0, count: m * columns.count)
      product.add(w, v[0..<m, columns], into: DoubleMatrix(rotated.base, rows: m, columns: columns.count))
      for i in 0..<m {
        (v.base + (i * v.rowStride + first)).update(
          from: rotated.base + i * columns.count, count: columns.count)
      }
    }
    return eigen.values
  }

  /// Rows taken at a time: for each such block V is packed anew.
  private static let blockRows = 1024

  /// H ← H + Yᵀ·Y and t ← t + Yᵀ·1 for a batch.
  private static func add(
    _ batch: RowBatch, mean: Buffer<Double>?, _ v: DoubleMatrix, to sums: Sums, in context: Context
  ) throws(GenerativeError) {
    let (h, t) = (sums.h.base, sums.t.base)
    let (m, d) = (v.rowCount, v.columnCount)
    if d <= NarrowUpdate.mostColumns {
      let update = try NarrowUpdate(rows: batch.rowCount, columns: d, rotatedBy: v, in: context)
      return update.run(into: h, sums: t) { first, count, block, pitch in
        batch.centreColumns(
          first, count, columns: 0..<d, of: d, about: mean?.base, into: block, pitch: pitch, in: context)
      }
    }
    let block = min(batch.rowCount, blockRows)
    // As the product's right-hand side V is read along its rows.
    let transposed = try Buffer<Double>(uninitializedCount: m * d, in: context.memory)
    for i in 0..<m {
      for j in 0..<d { transposed.base[j * m + i] = v.base[i * v.rowStride + j] }
    }
    let vT = DoubleMatrix(transposed.base, rows: d, columns: m)
    let x = try Buffer<Double>(uninitializedCount: block * d, in: context.memory)
    let y = try Buffer<Double>(uninitializedCount: block * m, in: context.memory)
    let product = try DoubleProduct(rows: max(block, m), columns: m, in: context)
    for first in stride(from: 0, to: batch.rowCount, by: max(block, 1)) {
      try Run.proceed(first, of: batch.rowCount)
      let count = min(block, batch.rowCount - first)
      batch.centre(first, count, of: d, about: mean?.base, into: x.base, in: context)
      y.base.update(repeating: 0, count: count * m)
      let latents = DoubleMatrix(y.base, rows: count, columns: m)
      product.add(DoubleMatrix(x.base, rows: count, columns: d), vT, into: latents)
      product.add(latents.transposed, latents, into: DoubleMatrix(h, rows: m, columns: m), upperOnly: true)
      for i in 0..<count {
        for j in 0..<m { t[j] += y.base[i * m + j] }
      }
    }
  }
}
