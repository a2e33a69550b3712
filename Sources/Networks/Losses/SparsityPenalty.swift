import Glibc
import Ranks
import Tensors

/// What makes most latents h of a batch small (Ng, "Sparse autoencoder", CS294A lecture notes, 2011).
package enum SparsityPenalty: Equatable, Sendable {
  /// λ Σⱼ |hⱼ|, the mean of rows.
  case absolute(weight: Float)
  /// β Σⱼ KL(ρ ‖ ρ̂ⱼ) = β Σⱼ ρ ln ρ/ρ̂ⱼ + (1 − ρ) ln (1 − ρ)/(1 − ρ̂ⱼ), with ρ̂ⱼ the mean of hⱼ over the
  /// batch; h in (0, 1).
  case divergence(weight: Float, target: Float)

  /// ρ̂ is held this far from 0 and 1, and gradients are those there, so that a latent that never fires
  /// is led back instead of overflowing.
  package static let meanMargin: Float = 1e-6

  /// What ρ may be.
  package static let targets = meanMargin...1 - meanMargin

  /// The penalty of a batch, packed rows × latents; dh += its gradient, when given.
  ///
  /// - Parameters:
  ///   - means: room for a number of each latent.
  ///   - rowScale: what the gradient of a row counts; nil: 1 / rows.
  ///   - part: which rows of a batch these are, whose means ranks share; nil: all.
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
      // A sum that fails stays with the ranks, and the step, when it asks for its own, stops.
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
