import Glibc
import Tensors

/// The two players' losses as functions of the discriminator's logits l, D = σ(l), one per row and in
/// nats.
///
/// Goodfellow et al., "Generative adversarial nets", NeurIPS 2014: min over G, max over D of
/// E ln D(x) + E ln(1 − D(G(z))).
package enum AdversarialLoss: Equatable, Hashable, Sendable {
  /// G descends ln(1 − D(G(z))), the game as it is stated (equation 1).
  case minimax
  /// G descends −ln D(G(z)) (section 3): the same fixed point, stronger gradients early on.
  case nonSaturating

  /// What D descends for real rows: −(t ln D + (1 − t) ln(1 − D)) with t = 1 − `smoothing`;
  /// dl = D − t.
  ///
  /// One-sided label smoothing (Salimans et al., "Improved techniques for training GANs", NeurIPS
  /// 2016, section 3.4) keeps D from certainty; `smoothing` in [0, 1), 0 for the paper's game.
  package static func real(
    logits: UnsafePointer<Float>, rows: Int, smoothing: Float = 0, losses: UnsafeMutablePointer<Float>,
    gradientScale: Float = 1, dLogits: UnsafeMutablePointer<Float>? = nil
  ) {
    let target = 1 - Double(smoothing)
    for i in 0..<rows {
      let l = Double(logits[i])
      losses[i] = Float(softplus(l) - target * l)
      dLogits?[i] = gradientScale * Float(sigmoid(l) - target)
    }
  }

  /// What D descends for generated rows: −ln(1 − D); dl = D.
  package static func generated(
    logits: UnsafePointer<Float>, rows: Int, losses: UnsafeMutablePointer<Float>,
    gradientScale: Float = 1, dLogits: UnsafeMutablePointer<Float>? = nil
  ) {
    for i in 0..<rows {
      let l = Double(logits[i])
      losses[i] = Float(softplus(l))
      dLogits?[i] = gradientScale * Float(sigmoid(l))
    }
  }

  /// What G descends: ln(1 − D) with dl = −D, or −ln D with dl = D − 1.
  package func generator(
    logits: UnsafePointer<Float>, rows: Int, losses: UnsafeMutablePointer<Float>,
    gradientScale: Float = 1, dLogits: UnsafeMutablePointer<Float>? = nil
  ) {
    for i in 0..<rows {
      let l = Double(logits[i])
      switch self {
      case .minimax:
        losses[i] = Float(-softplus(l))
        dLogits?[i] = gradientScale * Float(-sigmoid(l))
      case .nonSaturating:
        losses[i] = Float(softplus(-l))
        dLogits?[i] = gradientScale * Float(-sigmoid(-l))
      }
    }
  }
}

/// ln(1 + eˡ) without overflow.
private func softplus(_ l: Double) -> Double { max(l, 0) + log1p(exp(-abs(l))) }

private func sigmoid(_ l: Double) -> Double { 1 / (1 + exp(-l)) }
