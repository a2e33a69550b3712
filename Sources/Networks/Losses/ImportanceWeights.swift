import Glibc
import Tensors

/// The importance-weighted bound on ln p(x) from K latents per row (Burda, Grosse & Salakhutdinov,
/// "Importance weighted autoencoders", ICLR 2016, equations 8 and 14),
///
///     ln 1/K Σₖ wₖ,   ln wₖ = −C · reconstructionₖ + β · (ln p(zₖ) − ln q(zₖ|x)),   zₖ = μ + σ·εₖ,
///
/// and its gradient Σₖ w̃ₖ ∇ ln wₖ with w̃ₖ = wₖ / Σ w. With C = β = 1 it grows with K, from the ELBO towards
/// ln p(x).
///
/// Arrays of latents and losses have K times as many rows: row k · rows + i is latent k of row i.
package final class ImportanceWeights: Sendable {
  private let samples: Int
  private let context: Context
  private let logWeights: Buffer<Double>
  private let weights: Buffer<Float>
  private let bounds: Buffer<Float>

  /// - Parameter samples: K.
  /// - Throws: `.memory`.
  package init(rows: Int, samples: Int, context: Context) throws(GenerativeError) {
    self.samples = samples
    self.context = context
    logWeights = try Buffer(count: samples * rows, in: context.memory)
    weights = try Buffer(count: samples * rows, in: context.memory)
    bounds = try Buffer(count: rows, in: context.memory)
  }

  /// The number of floats needed per latent, and per row.
  package static let floats = (latent: 3, row: 1)

  /// w̃ of the most recent `evaluate`.
  package var normalized: UnsafePointer<Float> { UnsafePointer(weights.base) }

  /// Returns the mean bound of the rows. Writes w̃ to `normalized`, and Σₖ w̃ₖ · lossₖ of each row to the
  /// first losses.
  ///
  /// - Parameter losses: the reconstruction losses −ln p(x|zₖ).
  package func evaluate(
    _ q: LatentGaussian, noise: UnsafePointer<Float>, z: UnsafePointer<Float>,
    losses: UnsafeMutablePointer<Float>, reconstructionWeight: Float, beta: Float
  ) -> Double {
    let (rows, latent) = (q.mean.rowCount, q.mean.columnCount)
    let limit = LatentGaussian.logVarianceLimit
    context.parallel(rows) { i in
      // ln p(z) − ln q(z|x) = ½ Σ ε² + ln σ² − z², because the constants cancel.
      let lambda = q.logVariance.row(i)
      var logDeterminant = 0.0
      for j in 0..<latent { logDeterminant += Double(min(max(lambda[j], -limit), limit)) }
      var largest = -Double.infinity
      for number in stride(from: i, to: samples * rows, by: rows) {
        let (epsilon, z) = (noise + number * latent, z + number * latent)
        var ratio = logDeterminant
        for j in 0..<latent { ratio += Double(epsilon[j] * epsilon[j] - z[j] * z[j]) }
        let logWeight = Double(beta) * 0.5 * ratio - Double(reconstructionWeight) * Double(losses[number])
        logWeights.base[number] = logWeight
        largest = max(largest, logWeight)
      }
      var sum = 0.0
      for number in stride(from: i, to: samples * rows, by: rows) {
        sum += exp(logWeights.base[number] - largest)
      }
      bounds.base[i] = Float(largest + log(sum / Double(samples)))
      var loss = 0.0
      for number in stride(from: i, to: samples * rows, by: rows) {
        let weight = exp(logWeights.base[number] - largest) / sum
        weights.base[number] = Float(weight)
        loss += weight * Double(losses[number])
      }
      losses[i] = Float(loss)
    }
    return context.sum(bounds.base, count: rows) / Double(rows)
  }

  /// The gradient of the negated sum of the bounds, with its β terms multiplied by `gradientScale`: dMean ←
  /// Σₖ d, dLogVariance ← ½ (Σₖ d·σ·εₖ − β), with d = dz + w̃ₖ·β·zₖ.
  ///
  /// - Parameters:
  ///   - dz: the gradient of Σₖ w̃ₖ · C · reconstructionₖ, already scaled.
  ///   - gradientScale: β times everything else that multiplies the bound.
  package func backward(
    _ q: LatentGaussian, noise: UnsafePointer<Float>, z: UnsafePointer<Float>, dz: UnsafePointer<Float>,
    gradientScale: Float, dMean: Matrix, dLogVariance: Matrix
  ) {
    let (rows, latent) = (q.mean.rowCount, q.mean.columnCount)
    context.parallel(rows) { i in
      let (sigma, dMean, dLambda) = (q.deviation.row(i), dMean.row(i), dLogVariance.row(i))
      for j in 0..<latent {
        dMean[j] = 0
        dLambda[j] = -0.5 * gradientScale
      }
      for number in stride(from: i, to: samples * rows, by: rows) {
        let offset = number * latent
        let prior = gradientScale * weights.base[number]
        for j in 0..<latent {
          let d = dz[offset + j] + prior * z[offset + j]
          dMean[j] += d
          dLambda[j] += 0.5 * d * sigma[j] * noise[offset + j]
        }
      }
    }
  }
}
