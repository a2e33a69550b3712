import LinearAlgebra
import Statistics
import Tensors

/// Makes the variances of rows of doubles as accurate as those of a singular value decomposition of the
/// centered rows.
///
/// The eigenvalues of a covariance are accurate to ε·λ₁, so a component with a thousandth of the first one's
/// standard deviation loses six digits. A second pass over the rows recovers them. With the components V
/// found so far, orthogonal up to rounding, and the centered rows X:
///
///     Y = X·Vᵀ,     H = Yᵀ·Y/(n − 1) = Wᵀ·diag(λ)·W,     V ← W·V
///
/// The length of column i of Y is its component's deviation, with errors of ε·√λ₁, like those of a singular
/// value decomposition. H is nearly diagonal, so `GradedEigen` computes every λ with high relative accuracy.
enum Refinement {
  /// Which directions to refine: the components found, or all.
  enum Reach { case found, all }

  /// Whether variances that decrease from `first` to `last` need refinement: an error of ε·λ₁ is more than
  /// ten units in the last place of λᵢ. For rows of doubles, it must also exceed the error of a singular
  /// value decomposition, ε·(λ₁·λᵢ)^½.
  static func isNeeded(from first: Double, to last: Double, of element: RowElement) -> Bool {
    guard first > 0 else { return false }
    let ratio = max(last, 0) / first
    return element == .double ? ratio * 8 + ratio.squareRoot() * 4 < 1 : ratio < 1e-9
  }

  /// Whether all directions must be refined, not only the wanted components. The rounding ε·λ₁ of the covariance
  /// turns component i toward a direction j that is left out by c·ε·λ₁/(λᵢ − λⱼ), with c near 0.3 in practice. A
  /// singular value decomposition turns it by ε·√λ₁/(√λᵢ − √λⱼ). Beyond a ratio of √λ₁ to √λᵢ of 20, the former is
  /// several times the latter. For rows of floats, it must reach their own precision.
  static func needsAll(from first: Double, to last: Double, of element: RowElement) -> Bool {
    last < first * (element == .double ? 1 / 400 : 1e-9)
  }

  /// Refines components that were computed from the covariance of all rows of `source`.
  ///
  /// - Parameters:
  ///   - mean: subtracted from the rows; nil: zero.
  ///   - v: m × d, by decreasing variance; replaced by the refined components.
  /// - Returns: m variances, decreasing.
  /// - Throws: `.memory`; `.cancelled`; errors of the source.
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

  /// Refines components for rows in memory.
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

    /// Rotates V and returns the variances, or nil if another pass would give more digits of them.
    func solve(
      _ pass: Int, rowCount n: Int, isCentred: Bool, _ v: DoubleMatrix, in context: Context
    ) throws(GenerativeError) -> Buffer<Double>? {
      let m = v.rowCount
      let scale = 1 / Double(n - 1)
      for i in 0..<m {
        for j in i..<m {
          // Removes what the rounding of the mean left.
          if isCentred { h.base[i * m + j] -= t.base[i] * (t.base[j] / Double(n)) }
          h.base[i * m + j] *= scale
        }
      }
      let eigen = try GradedEigen(destroying: h.base, n: m, in: context)
      let variances = try rotate(v, by: eigen, in: context)
      return eigen.isEntangled && pass < mostPasses ? nil : variances
    }
  }

  /// The second pass is for columns with very different scales, whose components are mixed by the rounding of
  /// the covariance.
  private static let mostPasses = 2

  /// V ← W·V. Returns the variances.
  static func rotate(
    _ v: DoubleMatrix, by eigen: GradedEigen, in context: Context
  ) throws(GenerativeError) -> Buffer<Double> {
    let (m, d) = (v.rowCount, v.columnCount)
    // Processes a stripe of columns at a time, to limit memory.
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

  /// The number of rows processed at a time. V is packed again for each block.
  private static let blockRows = 1024

  /// H ← H + Yᵀ·Y and t ← t + Yᵀ·1 for one batch.
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
    // As the right-hand side of the product, V is read along its rows.
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
