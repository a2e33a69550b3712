import Glibc
import Tensors

/// The encoder's q(z|x) = N(μ, diag σ²), with λ = ln σ²: sampling from it, and its divergence from the prior
/// N(0, I), each with its gradient.
///
/// Kingma & Welling, "Auto-encoding variational Bayes", ICLR 2014, section 2.4 and appendix B. All matrices
/// are rows × latent with unit column stride, so that mean and log-variance may be the two halves of one
/// layer's output.
package struct LatentGaussian: Sendable {
  package let mean: Matrix
  package let logVariance: Matrix
  /// σ = e^½λ, filled by `init`.
  package let deviation: Matrix

  /// λ is clamped to ±`logVarianceLimit` (σ from 3e-7 to 3e6). Beyond the limit, gradients are those at the
  /// limit, so a runaway encoder is driven back instead of overflowing.
  package static let logVarianceLimit: Float = 30

  /// - Parameter deviation: memory for σ, rows × latent.
  package init(mean: Matrix, logVariance: Matrix, deviation: Matrix) {
    self.mean = mean
    self.logVariance = logVariance
    self.deviation = deviation
    for i in 0..<mean.rowCount {
      let (lambda, sigma) = (logVariance.row(i), deviation.row(i))
      for j in 0..<mean.columnCount {
        sigma[j] = expf(0.5 * min(max(lambda[j], -Self.logVarianceLimit), Self.logVarianceLimit))
      }
    }
  }

  /// The reparameterisation z ← μ + σ·ε, with noise ε ~ N(0, I).
  package func sample(noise: Matrix, into z: Matrix) {
    for i in 0..<mean.rowCount {
      let (mean, sigma, epsilon, z) = (mean.row(i), deviation.row(i), noise.row(i), z.row(i))
      for j in 0..<self.mean.columnCount { z[j] = mean[j] + sigma[j] * epsilon[j] }
    }
  }

  /// dMean ← dz;  dLogVariance ← ½ dz·σ·ε
  package func sampleBackward(_ dz: Matrix, noise: Matrix, dMean: Matrix, dLogVariance: Matrix) {
    for i in 0..<mean.rowCount {
      let (dz, sigma, epsilon) = (dz.row(i), deviation.row(i), noise.row(i))
      let (dMean, dLambda) = (dMean.row(i), dLogVariance.row(i))
      for j in 0..<mean.columnCount {
        dMean[j] = dz[j]
        dLambda[j] = 0.5 * dz[j] * sigma[j] * epsilon[j]
      }
    }
  }

  /// losses[i] ← KL(q(z|xᵢ) ‖ N(0, I)) = ½ Σⱼ μ² + σ² − λ − 1, in nats. If given, dMean += gradientScale · μ
  /// and dLogVariance += gradientScale · ½ (σ² − 1).
  ///
  /// The gradients are added to those of `sampleBackward`.
  package func divergence(
    losses: UnsafeMutablePointer<Float>, gradientScale: Float = 1, dMean: Matrix? = nil,
    dLogVariance: Matrix? = nil
  ) {
    for i in 0..<mean.rowCount {
      let (mean, lambda, sigma) = (mean.row(i), logVariance.row(i), deviation.row(i))
      let (dMean, dLambda) = (dMean?.row(i), dLogVariance?.row(i))
      var total = 0.0
      for j in 0..<self.mean.columnCount {
        let variance = sigma[j] * sigma[j]
        let l = min(max(lambda[j], -Self.logVarianceLimit), Self.logVarianceLimit)
        total += Double(mean[j] * mean[j]) + Double(variance) - Double(l) - 1
        dMean?[j] += gradientScale * mean[j]
        dLambda?[j] += gradientScale * 0.5 * (variance - 1)
      }
      losses[i] = Float(0.5 * total)
    }
  }
}
