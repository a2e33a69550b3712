import Glibc
import Tensors

/// The loss of a reconstruction with respect to its target: one number per row, summed over the features, and
/// its gradient with respect to the decoder's output.
package enum ReconstructionLoss: Equatable, Hashable, Sendable {
  /// −Σⱼ t ln σ(l) + (1 − t) ln(1 − σ(l)) in nats, for logits l. Targets are in [0, 1]. For targets other
  /// than 0 and 1, it is a cross-entropy that is not a likelihood (Kingma & Welling 2014, appendix C.1, for
  /// binary t).
  case crossEntropy
  /// Σⱼ (y − t)²
  case squaredError
  /// ln(1/d · Σⱼ (y − t)² + 1e-8). Minimizing it maximizes the mean PSNR itself, −10 log₁₀ e · loss. The
  /// added constant caps the PSNR at 80 dB and keeps the loss of a perfect row finite.
  case logSquaredError
  /// −Σⱼ ln N(t; y, σ²) = Σⱼ (y − t)² / 2σ² + d/2 · ln 2πσ² in nats, with one fixed σ².
  case gaussian(variance: Float)

  /// losses[i] ← the loss of row i. If given, dy ← gradientScale · its gradient.
  ///
  /// `y`, `targets` and `dy` have the same shape and unit column stride.
  package func evaluate(
    _ y: Matrix, targets: Matrix, losses: UnsafeMutablePointer<Float>, gradientScale: Float = 1,
    dy: Matrix? = nil, context: Context
  ) {
    let d = Float(max(y.columnCount, 1))
    switch self {
    case .crossEntropy:
      context.crossEntropy(
        logits: y, targets: targets, losses: losses, gradientScale: gradientScale, dLogits: dy)
    case .squaredError:
      context.squaredError(y, targets: targets, losses: losses, gradientScale: gradientScale, dy: dy)
    case .logSquaredError:
      context.squaredError(y, targets: targets, losses: losses, gradientScale: gradientScale, dy: dy)
      for i in 0..<y.rowCount {
        let mean = losses[i] / d + 1e-8
        losses[i] = logf(mean)
        guard let dy else { continue }
        let row = dy.base + i * dy.rowStride
        context.scale(row, by: 1 / (mean * d), count: y.columnCount, into: row)
      }
    case .gaussian(let variance):
      context.squaredError(
        y, targets: targets, losses: losses, gradientScale: gradientScale / (2 * variance), dy: dy)
      let constant = d / 2 * logf(2 * .pi * variance)
      for i in 0..<y.rowCount { losses[i] = losses[i] / (2 * variance) + constant }
    }
  }
}
