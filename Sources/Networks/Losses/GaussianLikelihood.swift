import Glibc
import Tensors

/// −ln N(t; μ, σ²) per row, in nats, with a log-variance λ = ln σ² for every feature:
/// Σⱼ ½ (ln 2π + λ + (t − μ)² e^−λ).
///
/// Kingma & Welling, "Auto-encoding variational Bayes", ICLR 2014, appendix C.2.
package enum GaussianLikelihood {
  /// λ is clamped to ±`logVarianceLimit`. Beyond the limit, gradients are those at the limit, so a runaway
  /// variance is driven back instead of overflowing.
  package static let logVarianceLimit: Float = 30

  /// losses[i] ← −ln N(tᵢ; μᵢ, e^λᵢ). If given, dMean ← gradientScale · (μ − t) e^−λ and dLogVariance ←
  /// gradientScale · ½ (1 − (t − μ)² e^−λ).
  ///
  /// All matrices have the same shape and unit column stride.
  package static func evaluate(
    mean: Matrix, logVariance: Matrix, targets: Matrix, losses: UnsafeMutablePointer<Float>,
    gradientScale: Float = 1, dMean: Matrix? = nil, dLogVariance: Matrix? = nil, context: Context
  ) {
    context.parallel(mean.rowCount) { i in
      let (mean, lambda, target) = (mean.row(i), logVariance.row(i), targets.row(i))
      let (dMean, dLambda) = (dMean?.row(i), dLogVariance?.row(i))
      var total = 0.0
      for j in 0..<logVariance.columnCount {
        let l = min(max(lambda[j], -logVarianceLimit), logVarianceLimit)
        let precision = expf(-l)
        let error = mean[j] - target[j]
        total += Double(l + error * error * precision)
        dMean?[j] = gradientScale * error * precision
        dLambda?[j] = gradientScale * 0.5 * (1 - error * error * precision)
      }
      losses[i] = Float(0.5 * (total + Double(logVariance.columnCount) * log(2 * Double.pi)))
    }
  }

  /// d/dλ of `ReconstructionLoss.gaussian(variance: e^λ)` summed over rows, computed from its losses: ½ Σᵢ (d
  /// − Σⱼ (y − t)² / σ²). It trains one variance that all features share.
  package static func sharedLogVarianceGradient(
    losses: UnsafePointer<Float>, rows: Int, features d: Int, variance: Float
  ) -> Double {
    Double(rows) * Double(d) / 2
      - squaredErrors(losses: losses, rows: rows, features: d, variance: variance) / (2 * Double(variance))
  }

  /// Σᵢ Σⱼ (y − t)², computed from the losses of `ReconstructionLoss.gaussian(variance:)`.
  package static func squaredErrors(
    losses: UnsafePointer<Float>, rows: Int, features d: Int, variance: Float
  ) -> Double {
    let constant = Double(d) / 2 * log(2 * Double.pi * Double(variance))
    var total = 0.0
    for i in 0..<rows { total += 2 * Double(variance) * (Double(losses[i]) - constant) }
    return max(total, 0)
  }
}

extension Matrix {
  /// The start of row i of a matrix with unit column stride.
  func row(_ i: Int) -> UnsafeMutablePointer<Float> { base + i * rowStride }
}
