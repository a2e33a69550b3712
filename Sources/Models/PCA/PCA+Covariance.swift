import LinearAlgebra
import Statistics
import Tensors

extension PCA.Solution {
  /// Solves C = Vᵀ·diag(λ)·V for the covariance of what `moments` saw.
  ///
  /// - Throws: `.argument` for fewer than two rows or too many components; `.nonfinite` when the
  ///   squares overflowed; `.memory`; `.internalFault`.
  init(of moments: Moments, _ options: PCA.Options, in context: Context) throws(GenerativeError) {
    guard moments.directions == nil else {
      try self.init(ofSketch: moments, options, in: context)
      return
    }
    let d = moments.columnCount
    let n = moments.rowCount
    try PCA.checkRowCount(n)
    let limit = min(n, d)
    try options.check(limit: limit)

    // The upper triangle, which is all that is written, is all that is read.
    let c = try Buffer<Double>(uninitializedCount: d * d, in: context.memory)
    try moments.covariance(into: c.base, centred: options.centres)
    var total = 0.0
    for j in 0..<d { total += c.base[j * d + j] }
    let mean = try Buffer<Double>(count: d, in: context.memory)
    if options.centres { moments.mean(into: mean.base) }

    let wanted = options.wantedCount(limit: limit)
    let eigen = try SymmetricEigen(destroying: c.base, n: d, leading: wanted, in: context)
    let variances = UnsafeBufferPointer(eigen.values.elements)
    try self.init(
      components: eigen.vectors.base,
      count: options.componentCount(variances: variances, total: total, limit: limit),
      variances: variances, totalVariance: total, mean: mean.base, rowCount: n, columnCount: d,
      solver: .covariance, whitens: options.whitens, in: context)
  }
}

extension PCA {
  /// - Throws: `.argument` below two rows, for which no variance is defined.
  static func checkRowCount(_ count: Int) throws(GenerativeError) {
    guard count >= 2 else {
      throw GenerativeError(.argument, "n_rows must be at least 2 to fit a PCA, not \(count)")
    }
  }
}
