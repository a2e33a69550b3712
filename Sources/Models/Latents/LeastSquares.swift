import LinearAlgebra
import Tensors

/// Linear least squares of one value on many, with ridge regularization: (C + λ·tr(C)/d·I)·w = c, by
/// Cholesky.
enum LeastSquares {
  /// w ← the slopes of y on x. w must be zero before the call, and stays zero if x has no variance at all.
  ///
  /// - Parameters:
  ///   - x: rows × w.count.
  ///   - ridge: λ, at least 0. A direction of x without variance gets no weight, even if λ is 0.
  /// - Throws: `.memory`.
  static func solve(
    _ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>, rows: Int, ridge: Double,
    into w: Buffer<Double>, context: Context
  ) throws(GenerativeError) {
    let d = w.count
    guard let square = checkedProduct(d, d) else {
      throw GenerativeError(.memory, "a covariance of \(d) latents does not fit in memory")
    }
    let covariance = try Buffer<Double>(count: square, in: context.memory)
    let means = try Buffer<Double>(count: 2 * d, in: context.memory)
    let (mean, centred) = (means.base, means.base + d)
    for row in 0..<rows { for i in 0..<d { mean[i] += Double(x[row * d + i]) / Double(rows) } }
    let yMean = (0..<rows).reduce(0) { $0 + Double(y[$1]) } / Double(rows)
    for row in 0..<rows {
      for i in 0..<d { centred[i] = Double(x[row * d + i]) - mean[i] }
      let dy = Double(y[row]) - yMean
      for i in 0..<d {
        w.base[i] += centred[i] * dy
        let (line, weight) = (covariance.base + i * d, centred[i])
        for j in 0...i { line[j] += weight * centred[j] }
      }
    }
    solve(covariance.base, ridge: ridge, into: w)
  }

  /// w ← (C + λ·tr(C)/d·I)⁻¹·w, given the lower triangle of C, which is destroyed.
  static func solve(_ covariance: UnsafeMutablePointer<Double>, ridge: Double, into w: Buffer<Double>) {
    let d = w.count
    let trace = (0..<d).reduce(0) { $0 + covariance[$1 * d + $1] }
    for i in 0..<d { covariance[i * d + i] += ridge * trace / Double(d) }
    factor(covariance, d, least: trace * 1e-13)
    Cholesky.solve(covariance, d, w.base)
  }

  /// Replaces the lower triangle of a by L, where a = L·Lᵀ. A pivot below `least` is rounding error and is
  /// set to infinity, so that its weight becomes zero.
  private static func factor(_ a: UnsafeMutablePointer<Double>, _ d: Int, least: Double) {
    for i in 0..<d {
      for j in 0...i {
        var sum = a[i * d + j]
        for k in 0..<j { sum -= a[i * d + k] * a[j * d + k] }
        if i != j {
          a[i * d + j] = sum / a[j * d + j]
        } else {
          a[i * d + i] = sum > least ? sum.squareRoot() : .infinity
        }
      }
    }
  }
}
