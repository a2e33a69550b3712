import Datasets
import Glibc
import Tensors

/// Draws rows from p(x|z), whose mean the decoder computes.
extension VAE {
  /// y ← rows drawn from p(x|z) with the means x, which may be y. A Bernoulli pixel is 1 with a probability
  /// equal to its mean, otherwise 0. Gaussian pixels get noise with the learned or given variance.
  ///
  /// Row i of a seed gets the same noise in any batch.
  ///
  /// - Throws: `.memory`.
  package func addNoise(
    _ x: UnsafePointer<Float>, rows: Int, seed: UInt64, into y: UnsafeMutablePointer<Float>
  ) throws(GenerativeError) {
    let width = options.shape.count
    let deviations = try Buffer<Float>(count: width, in: context.memory)
    let isBernoulli = options.likelihood == .bernoulli
    if !isBernoulli {
      for j in 0..<width { deviations.base[j] = Float(noiseVariance(j).squareRoot()) }
    }
    let block = min(max(1, 65_536 / width), max(rows, 1))
    let noise = try Buffer<Float>(count: block * width, in: context.memory)
    let random = Random(seed: seed, purpose: .observation)
    for first in stride(from: 0, to: rows, by: block) {
      let (count, offset) = (min(block, rows - first) * width, first * width)
      let (x, y) = (x + offset, y + offset)
      if isBernoulli {
        context.fillUniform(noise.base, count: count, from: random, offset: offset)
        for i in 0..<count { y[i] = noise.base[i] < x[i] ? 1 : 0 }
      } else {
        context.fillNormal(noise.base, count: count, from: random, offset: offset)
        for i in 0..<count { y[i] = x[i] + deviations.base[i % width] * noise.base[i] }
      }
    }
  }

  /// The variance of a column under a Gaussian likelihood, in the caller's units.
  package func noiseVariance(_ column: Int) -> Double {
    var variance: Double
    switch options.likelihood {
    case .bernoulli: variance = 0
    case .gaussian(let given?): variance = Double(given)
    case .gaussian(nil): variance = Double(self.variance(varianceCount > 1 ? column : 0))
    }
    if let preparation {
      variance *= preparation.deviations.base[column] * preparation.deviations.base[column]
    }
    return variance
  }

  /// Whether all columns have the same variance.
  package var hasOneNoiseVariance: Bool { varianceCount <= 1 && preparation == nil }
}
