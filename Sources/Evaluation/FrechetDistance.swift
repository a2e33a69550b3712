import LinearAlgebra
import Statistics
import Tensors

/// The squared Fréchet distance between the Gaussians of two sets of rows:
///
///     d² = ‖μ₁ − μ₂‖² + tr(C₁ + C₂ − 2·(C₁·C₂)^½)
///
/// Heusel et al., "GANs trained by a two time-scale update rule converge to a local Nash equilibrium",
/// NeurIPS 2017 (there for Inception's features, here for any features). Small sets make it too large:
/// compare only distances computed from the same numbers of rows. If there are no more rows than columns, a
/// warning is logged.
package enum FrechetDistance {
  /// The distance between two sets of statistics. They must have the same columns and at least two rows each.
  ///
  /// With C₁ = Vᵀ·Λ·V, the trace of (C₁·C₂)^½ equals the trace of the symmetric matrix (Λ^½·V·C₂·Vᵀ·Λ^½)^½: the
  /// sum of the roots of the eigenvalues of Λ^½·V·C₂·Vᵀ·Λ^½. Cost: two eigenproblems and two products of
  /// columns³.
  ///
  /// - Throws: `.mismatch` for different columns; `.state` for a sketch; `.argument` for fewer than two rows;
  ///   `.memory`.
  package static func between(
    _ a: Moments, _ b: Moments, context: Context
  ) throws(GenerativeError) -> Double {
    let d = a.columnCount
    guard b.columnCount == d else {
      throw GenerativeError(.mismatch, "the statistics have \(d) and \(b.columnCount) columns")
    }
    for moments in [a, b] where moments.directions != nil {
      throw GenerativeError(.state, "a Fréchet distance needs all products, not those of a sketch")
    }
    for moments in [a, b] where moments.rowCount < 2 {
      throw GenerativeError(.argument, "a Fréchet distance needs at least 2 rows, not \(moments.rowCount)")
    }
    warnOfFew(rows: min(a.rowCount, b.rowCount), columns: d, context)
    let means = try Buffer<Double>(count: 2 * d, in: context.memory)
    a.mean(into: means.base)
    b.mean(into: means.base + d)
    try Run.proceed(2, of: 4)
    let first = try covariance(a, context)
    let second = try covariance(b, context)
    var distance = 0.0
    for j in 0..<d {
      let difference = means[j] - means[d + j]
      distance += difference * difference + first[j * (d + 1)] + second[j * (d + 1)]
    }
    let rank = min(d, a.rowCount - 1, b.rowCount - 1)
    return max(0, distance - 2 * (try rootTrace(first, second, d, rank: rank, context)))
  }

  /// The distance between two sets of rows, computed from their products or from their moments, whichever is
  /// faster.
  ///
  /// - Throws: see above; `.nonfinite`; `.cancelled`.
  package static func between(
    _ a: Matrix, _ b: Matrix, context: Context
  ) throws(GenerativeError) -> Double {
    if isShorterByRows(a, b) { return try byRows(a, b, context: context) }
    let first = try Moments(columns: a.columnCount, in: context)
    try Run.proceed(0, of: 4)
    try first.add(a)
    try Run.proceed(1, of: 4)
    let second = try Moments(columns: b.columnCount, in: context)
    try second.add(b)
    return try between(first, second, context: context)
  }

  /// Logs a warning if there are no more rows than columns.
  static func warnOfFew(rows rowCount: Int, columns: Int, _ context: Context) {
    guard rowCount <= columns else { return }
    context.log(
      .warning,
      "a Frechet distance of \(rowCount) rows of \(columns) features: the covariances are singular, and it is "
        + "far too large")
  }

  /// The covariance, with both triangles.
  private static func covariance(
    _ moments: Moments, _ context: Context
  ) throws(GenerativeError) -> Buffer<Double> {
    let d = moments.columnCount
    guard let area = checkedProduct(d, d) else {
      throw GenerativeError(.memory, "the covariance of \(d) columns does not fit in memory")
    }
    let covariance = try Buffer<Double>(count: area, in: context.memory)
    try moments.covariance(into: covariance.base)
    context.mirrorUpperTriangle(covariance.base, columns: d)
    return covariance
  }

  /// tr((C₁·C₂)^½). C₁ is destroyed.
  ///
  /// - Parameter rank: an upper bound of the rank of both matrices. Further eigenvalues are rounding errors,
  ///   whose roots are not small.
  private static func rootTrace(
    _ first: Buffer<Double>, _ second: Buffer<Double>, _ d: Int, rank: Int, _ context: Context
  ) throws(GenerativeError) -> Double {
    let eigen = try SymmetricEigen(destroying: first.base, n: d, in: context)
    // Λ^½·V
    for i in 0..<d {
      let root = max(eigen.values[i], 0).squareRoot()
      for j in 0..<d { eigen.vectors.base[i * d + j] *= root }
    }
    try Run.proceed(3, of: 4)
    let half = try Buffer<Double>(count: d * d, in: context.memory)
    let whole = try Buffer<Double>(count: d * d, in: context.memory)
    let product = try DoubleProduct(rows: d, columns: d, in: context)
    product.add(
      eigen.matrix, DoubleMatrix(second.base, rows: d, columns: d),
      into: DoubleMatrix(half.base, rows: d, columns: d))
    product.add(
      DoubleMatrix(half.base, rows: d, columns: d), eigen.matrix.transposed,
      into: DoubleMatrix(whole.base, rows: d, columns: d), upperOnly: true)
    let roots = try SymmetricEigen(destroying: whole.base, n: d, largest: 0, in: context)
    return roots.values.elements[..<rank].reduce(0) { $0 + max($1, 0).squareRoot() }
  }
}
