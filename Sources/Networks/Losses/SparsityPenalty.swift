import Glibc
import Ranks
import Tensors

/// A penalty that makes most latents h of a batch small (Ng, "Sparse autoencoder", CS294A lecture notes,
/// 2011).
package enum SparsityPenalty: Equatable, Sendable {
  /// λ Σⱼ |hⱼ|, averaged over rows.
  case absolute(weight: Float)
  /// β Σⱼ KL(ρ ‖ ρ̂ⱼ) = β Σⱼ ρ ln ρ/ρ̂ⱼ + (1 − ρ) ln (1 − ρ)/(1 − ρ̂ⱼ), where ρ̂ⱼ is the mean of hⱼ over the
  /// batch; h in (0, 1).
  case divergence(weight: Float, target: Float)

  /// ρ̂ is kept at least this far from 0 and 1. Beyond that, gradients are those at the limit, so a latent
  /// that never activates is driven back instead of overflowing.
  package static let meanMargin: Float = 1e-6

  /// The range of ρ.
  package static let targets = meanMargin...1 - meanMargin

  /// The penalty of a batch of rows × latents, packed. If given, dh += its gradient.
  ///
  /// - Parameters:
  ///   - means: memory for one number per latent.
  ///   - rowScale: the weight of one row's gradient; nil: 1 / rows.
  ///   - slice: the part of the batch that these rows are. Ranks share the means. nil: the whole batch.
  package func evaluate(
    _ h: Matrix, means: UnsafeMutablePointer<Float>, dh: UnsafeMutablePointer<Float>? = nil,
    rowScale: Float? = nil, of slice: BatchSlice? = nil, context: Context
  ) -> Double {
    let count = h.rowCount * h.columnCount
    let scale = rowScale ?? 1 / Float(h.rowCount)
    switch self {
    case .absolute(let weight):
      var total = 0.0
      for i in 0..<count { total += Double(abs(h.base[i])) }
      if let dh {
        let step = weight * scale
        for i in 0..<count { dh[i] += h.base[i] > 0 ? step : h.base[i] < 0 ? -step : 0 }
      }
      return Double(weight) * total / Double(h.rowCount)

    case .divergence(let weight, let target):
      context.columnSums(h, into: means)
      // If a sum fails, the ranks keep the error, and the step stops at its own next sum.
      try? slice?.ranks?.sum(means, count: h.columnCount)
      let rows = Float(slice?.ranks == nil ? h.rowCount : slice?.totalRows ?? h.rowCount)
      var total = 0.0
      for j in 0..<h.columnCount {
        let mean = min(max(means[j] / rows, Self.meanMargin), 1 - Self.meanMargin)
        let (rho, rhoHat) = (Double(target), Double(mean))
        total += rho * log(rho / rhoHat) + (1 - rho) * log((1 - rho) / (1 - rhoHat))
        means[j] = weight * scale * ((1 - target) / (1 - mean) - target / mean)
      }
      if let dh {
        for i in 0..<h.rowCount {
          let row = dh + i * h.columnCount
          for j in 0..<h.columnCount { row[j] += means[j] }
        }
      }
      return Double(weight) * total
    }
  }
}
