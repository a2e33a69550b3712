import Glibc
import Tensors

/// The losses of the two players of a GAN, as functions of the discriminator's output l for a row. A new
/// objective is a new case with its terms in each of the four functions below.
///
/// Goodfellow et al., "Generative adversarial nets", NeurIPS 2014, with D = σ(l) and losses in nats: min over
/// G, max over D of E ln D(x) + E ln(1 − D(G(z))).
package enum AdversarialLoss: Equatable, Hashable, Sendable {
  /// G minimizes −ln D(G(z)) (section 3): the same fixed point as `minimax`, with stronger gradients early in
  /// training.
  case nonSaturating
  /// G minimizes ln(1 − D(G(z))), the original game (equation 1).
  case minimax
  /// With D = l, D learns 1 for real rows and 0 for generated ones by squared errors, and G minimizes
  /// ½·(D(G(z)) − 1)² (Mao et al., "Least squares generative adversarial networks", ICCV 2017, equation 9).
  case leastSquares
  /// With D = l, D minimizes max(0, 1 − l) for real rows and max(0, 1 + l) for generated ones, and G
  /// minimizes −D(G(z)) (Lim & Ye, "Geometric GAN", 2017; Miyato et al., "Spectral normalization for
  /// generative adversarial networks", ICLR 2018, equations 16 and 17).
  case hinge
  /// With D = l, D (the critic) maximizes E D(x) − E D(G(z)), and G minimizes −D(G(z)) (Arjovsky, Chintala &
  /// Bottou, "Wasserstein generative adversarial networks", ICML 2017). D must be kept smooth; see
  /// `GradientPenalty`.
  case wasserstein

  /// Whether D is a probability, or is trained towards 1 and 0 like one, so that label smoothing makes sense.
  package var hasProbabilities: Bool {
    switch self {
    case .nonSaturating, .minimax, .leastSquares: true
    case .hinge, .wasserstein: false
    }
  }

  /// A row's loss, and its derivative with respect to l.
  private typealias Term = (loss: Double, dl: Double)

  /// D's loss for real rows: −(t ln D + (1 − t) ln(1 − D)); dl = D − t. Hinge: max(0, t − l).
  private func real(_ l: Double, target t: Double) -> Term {
    switch self {
    case .nonSaturating, .minimax: (softplus(l) - t * l, sigmoid(l) - t)
    case .leastSquares: (0.5 * (l - t) * (l - t), l - t)
    case .hinge: l < t ? (t - l, -1) : (0, 0)
    case .wasserstein: (-l, -1)
    }
  }

  /// D's loss for generated rows: −ln(1 − D); dl = D.
  private func generated(_ l: Double) -> Term {
    switch self {
    case .nonSaturating, .minimax: (softplus(l), sigmoid(l))
    case .leastSquares: (0.5 * l * l, l)
    case .hinge: l > -1 ? (1 + l, 1) : (0, 0)
    case .wasserstein: (l, 1)
    }
  }

  /// G's loss: −ln D with dl = D − 1, or ln(1 − D) with dl = −D.
  private func generator(_ l: Double) -> Term {
    switch self {
    case .nonSaturating: (softplus(-l), -sigmoid(-l))
    case .minimax: (-softplus(l), -sigmoid(l))
    case .leastSquares: (0.5 * (l - 1) * (l - 1), l - 1)
    case .hinge, .wasserstein: (-l, -1)
    }
  }

  /// y ← D of each row, in [0, 1]. For objectives in which l is not a log odds, σ(l).
  package func probabilities(
    _ logits: UnsafePointer<Float>, rows: Int, into y: UnsafeMutablePointer<Float>, context: Context
  ) {
    switch self {
    case .nonSaturating, .minimax, .hinge, .wasserstein:
      context.activate(logits, count: rows, .sigmoid, into: y)
    case .leastSquares: for i in 0..<rows { y[i] = min(max(logits[i], 0), 1) }
    }
  }

  // MARK: - Rows

  /// D's losses for real rows, and their gradients times `gradientScale`.
  ///
  /// - Parameter smoothing: real rows have the target 1 − smoothing. One-sided label smoothing (Salimans et
  ///   al., "Improved techniques for training GANs", NeurIPS 2016, section 3.4) keeps D from becoming
  ///   certain; in [0, 1).
  package func real(
    logits: UnsafePointer<Float>, rows: Int, smoothing: Float = 0, losses: UnsafeMutablePointer<Float>,
    gradientScale: Float = 1, dLogits: UnsafeMutablePointer<Float>? = nil
  ) {
    let target = 1 - Double(smoothing)
    evaluate(logits, rows, losses, gradientScale, dLogits) { real($0, target: target) }
  }

  /// D's losses for generated rows.
  package func generated(
    logits: UnsafePointer<Float>, rows: Int, losses: UnsafeMutablePointer<Float>,
    gradientScale: Float = 1, dLogits: UnsafeMutablePointer<Float>? = nil
  ) {
    evaluate(logits, rows, losses, gradientScale, dLogits) { generated($0) }
  }

  /// G's losses for generated rows.
  package func generator(
    logits: UnsafePointer<Float>, rows: Int, losses: UnsafeMutablePointer<Float>,
    gradientScale: Float = 1, dLogits: UnsafeMutablePointer<Float>? = nil
  ) {
    evaluate(logits, rows, losses, gradientScale, dLogits) { generator($0) }
  }

  private func evaluate(
    _ logits: UnsafePointer<Float>, _ rows: Int, _ losses: UnsafeMutablePointer<Float>,
    _ gradientScale: Float,
    _ dLogits: UnsafeMutablePointer<Float>?, _ term: (Double) -> Term
  ) {
    for i in 0..<rows {
      let (loss, dl) = term(Double(logits[i]))
      losses[i] = Float(loss)
      dLogits?[i] = gradientScale * Float(dl)
    }
  }
}

/// ln(1 + eˡ) without overflow.
private func softplus(_ l: Double) -> Double { max(l, 0) + log1p(exp(-abs(l))) }

private func sigmoid(_ l: Double) -> Double { 1 / (1 + exp(-l)) }
