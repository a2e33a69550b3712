import Glibc
import LinearAlgebra
import Tensors

extension GaussianMixture {
  package struct Options: Sendable {
    package var covariance = Covariance.full
    package var componentCount = 10
    /// Added to every variance, so that none becomes zero.
    package var regularization = 1e-6
    /// Iteration stops when the mean log-likelihood gains less than this.
    package var tolerance = 1e-3
    package var iterationLimit = 200
    /// The number of fits from different starts. The fit with the highest likelihood is kept.
    package var startCount = 1
    package var seed: UInt64 = 0

    package init() {}
  }

  /// Fits a mixture to rows by expectation maximization (Dempster, Laird & Rubin 1977), starting from k-means
  /// clusters:
  ///
  ///     rᵢₖ = wₖ·N(xᵢ; μₖ, Σₖ) / p(xᵢ)                                             expectation
  ///     wₖ = Σᵢ rᵢₖ / n,  μₖ = Σᵢ rᵢₖ·xᵢ / (n·wₖ),
  ///     Σₖ = Σᵢ rᵢₖ·(xᵢ − μₖ)(xᵢ − μₖ)ᵀ / (n·wₖ) + regularization·I               maximization
  ///
  /// Cost: 4 · rows · components · columns² FLOPs per iteration; for diagonal covariances, columns instead of
  /// columns².
  ///
  /// - Throws: `.argument` for fewer rows than components; `.nonfinite` for rows that are not finite, or for
  ///   a covariance that is not positive definite; `.memory`.
  package static func fit(
    to store: RowStore, _ options: Options, in context: Context
  ) throws(GenerativeError) -> GaussianMixture {
    defer { withExtendedLifetime(store) {} }
    let rows = store.matrix
    guard rows.rowCount >= options.componentCount else {
      throw GenerativeError(
        .argument,
        "n_components must be at most the number of rows, \(rows.rowCount), not \(options.componentCount)")
    }
    for i in 0..<rows.rowCount
    where !context.isFinite(rows.base + i * rows.rowStride, count: rows.columnCount) {
      throw GenerativeError(.nonfinite, "row \(i) has a NaN or an infinity")
    }
    let maximisation = try Maximisation(rows, options, in: context)
    var best: GaussianMixture?
    for start in 0..<options.startCount {
      let mixture = try maximisation.run(start: start)
      if mixture.fit.likelihood > best?.fit.likelihood ?? -.infinity { best = mixture }
    }
    guard let best else { throw GenerativeError(.nonfinite, "the rows have no likelihood under any mixture") }
    return best
  }
}

/// Computes the parameters with maximum likelihood, given every row's shares in the components.
private struct Maximisation {
  private let rows: Matrix
  private let options: GaussianMixture.Options
  private let context: Context
  private let covarianceSize: Int
  /// r, rows × components.
  private let shares: Buffer<Double>
  private let centred: Buffer<Double>
  private let weighted: Buffer<Double>
  private let product: DoubleProduct?

  init(_ rows: Matrix, _ options: GaussianMixture.Options, in context: Context) throws(GenerativeError) {
    let (k, d) = (options.componentCount, rows.columnCount)
    guard let shareCount = checkedProduct(rows.rowCount, k),
      let size = GaussianMixture.covarianceSize(options.covariance, d), checkedProduct(k, size) != nil
    else {
      throw GenerativeError(
        .memory, "a mixture of \(k) components over \(rows.rowCount) rows of \(d) does not fit in memory")
    }
    (self.rows, self.options, self.context) = (rows, options, context)
    covarianceSize = size
    let block = min(rows.rowCount, GaussianMixture.blockRows)
    shares = try Buffer(count: shareCount, in: context.memory)
    centred = try Buffer(count: block * d, in: context.memory)
    weighted = try Buffer(count: options.covariance == .full ? block * d : 0, in: context.memory)
    product = options.covariance == .full ? try DoubleProduct(rows: d, columns: d, in: context) : nil
  }

  func run(start: Int) throws(GenerativeError) -> GaussianMixture {
    let k = options.componentCount
    try Clusters.assign(rows, count: k, seed: options.seed, start: start, in: context) { row, cluster in
      (shares.base + row * k).update(repeating: 0, count: k)
      shares.base[row * k + cluster] = 1
    }
    var fit = GaussianMixture.Fit(
      rowCount: rows.rowCount, iterationCount: 1, isConverged: false, likelihood: -.infinity)
    while true {
      try Run.proceed(fit.iterationCount - 1, of: options.iterationLimit)
      let mixture = try maximised(fit)
      let likelihood = try share(mixture)
      fit.isConverged = abs(likelihood - fit.likelihood) < options.tolerance
      fit.likelihood = likelihood
      if fit.isConverged || fit.iterationCount >= options.iterationLimit {
        return try GaussianMixture(
          options.covariance, weights: mixture.weights, means: mixture.means,
          covariances: mixture.covariances, fit: fit, in: context)
      }
      fit.iterationCount += 1
    }
  }

  /// Fills `shares` and returns the mean of ln p.
  private func share(_ mixture: GaussianMixture) throws(GenerativeError) -> Double {
    let k = options.componentCount
    var total = 0.0
    let sums = try Buffer<Double>(count: GaussianMixture.blockRows, in: context.memory)
    try mixture.forEachBlock(of: rows) { terms, first, count in
      context.parallelSlots((count + 63) / 64, isSmall: k < 8) { _, part in
        for i in part * 64..<min(count, part * 64 + 64) {
          let (row, target) = (terms + i * k, shares.base + (first + i) * k)
          let sum = logSum(row, k)
          for j in 0..<k { target[j] = exp(row[j] - sum) }
          sums.base[i] = sum
        }
      }
      for i in 0..<count { total += sums.base[i] }
    }
    return total / Double(rows.rowCount)
  }

  private func maximised(_ fit: GaussianMixture.Fit) throws(GenerativeError) -> GaussianMixture {
    let (n, d, components) = (rows.rowCount, rows.columnCount, options.componentCount)
    let weights = try Buffer<Double>(count: components, in: context.memory)
    let means = try Buffer<Double>(count: components * d, in: context.memory)
    let covariances = try Buffer<Double>(count: components * covarianceSize, in: context.memory)
    for i in 0..<n {
      for k in 0..<components { weights.base[k] += shares.base[i * components + k] }
    }
    // A component without rows keeps a tiny weight, whose logarithm is finite.
    for k in 0..<components { weights.base[k] += 10 * Double.ulpOfOne }
    context.parallel(components) { k in
      let (mean, total) = (means.base + k * d, weights.base[k])
      for i in 0..<n {
        let share = shares.base[i * components + k] / total
        guard share > 0 else { continue }
        let row = rows.base + i * rows.rowStride
        for j in 0..<d { mean[j] += share * Double(row[j]) }
      }
    }
    for k in 0..<components {
      let covariance = covariances.base + k * covarianceSize
      spread(k, means.base + k * d, total: weights.base[k], into: covariance)
      for j in 0..<d {
        covariance[options.covariance == .full ? j * (d + 1) : j] += options.regularization
      }
      weights.base[k] /= Double(n) * (1 + 10 * Double.ulpOfOne)
    }
    return try GaussianMixture(
      options.covariance, weights: weights, means: means, covariances: covariances, fit: fit, in: context)
  }

  /// covariance ← Σᵢ rᵢₖ·(xᵢ − μₖ)(xᵢ − μₖ)ᵀ / total, or its diagonal.
  private func spread(
    _ k: Int, _ mean: UnsafePointer<Double>, total: Double, into covariance: UnsafeMutablePointer<Double>
  ) {
    let (d, components) = (rows.columnCount, options.componentCount)
    for first in stride(from: 0, to: rows.rowCount, by: GaussianMixture.blockRows) {
      let count = min(GaussianMixture.blockRows, rows.rowCount - first)
      center(rows, first, count, at: mean, into: centred.base)
      for i in 0..<count {
        let share = shares.base[(first + i) * components + k] / total
        let x = centred.base + i * d
        if product == nil {
          for j in 0..<d { covariance[j] += share * x[j] * x[j] }
        } else {
          for j in 0..<d { weighted.base[i * d + j] = share * x[j] }
        }
      }
      product?.add(
        DoubleMatrix(weighted.base, rows: count, columns: d).transposed,
        DoubleMatrix(centred.base, rows: count, columns: d),
        into: DoubleMatrix(covariance, rows: d, columns: d), upperOnly: true)
    }
    if product != nil { context.mirrorUpperTriangle(covariance, columns: d) }
  }
}
