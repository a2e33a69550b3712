import Tensors

/// The variance over rows of each latent's mean, which shows which latents a VAE uses.
///
/// Burda, Grosse & Salakhutdinov, "Importance weighted autoencoders", ICLR 2016: a unit is active if this
/// variance is above 0.01.
package enum ColumnVariances {
  /// variances[j] ← the variance of column j, with divisor n.
  package static func fill(
    _ variances: UnsafeMutablePointer<Double>, _ rows: UnsafePointer<Float>, count: Int, width: Int
  ) {
    for j in 0..<width {
      var mean = 0.0
      for i in 0..<count { mean += Double(rows[i * width + j]) }
      mean /= Double(count)
      var squares = 0.0
      for i in 0..<count {
        let d = Double(rows[i * width + j]) - mean
        squares += d * d
      }
      variances[j] = squares / Double(count)
    }
  }
}
