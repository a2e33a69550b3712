import Glibc
import Networks
import Tensors
import Training

/// The health of a GAN's training, as running means over about the last 50 steps.
package struct GANHealth {
  private var scoreGap = 0.0
  private var distanceRatio = 0.0
  private var stepCount = 0

  /// 1 / the number of steps that the means cover.
  private static let rate = 1.0 / 50
  /// The number of steps before scores are judged, because both players start far from equilibrium.
  private static let scorePatience = 150
  /// The number of steps before distances are judged. The rows of a DCGAN are nearly identical for 150 steps
  /// at a rate of 4e-4, at 0.07 of the real distance, and have separated by step 250.
  private static let distancePatience = 500
  /// If D(x) − D(G(z)) is larger than this, G gets less than a hundredth of the gradient of an even game. If
  /// the hinge loss is below 2 · (1 − saturation), D itself gets hardly any gradient.
  private static let saturation = 0.98
  /// If the distance between generated rows is less than this fraction of the distance between real ones,
  /// they are copies.
  private static let collapse = 0.2

  package init() {}

  /// Adds the figures of a step to the running means.
  package mutating func add(_ figures: Figures, _ objective: AdversarialLoss = .nonSaturating) {
    let gap: Double =
      switch objective {
      case .nonSaturating, .minimax, .leastSquares: figures[.realScore] - figures[.fakeScore]
      // The loss is 2 if D = 0, and 0 if each row is on its side of the margin.
      case .hinge: 1 - figures[.discriminatorLoss] / 2
      case .wasserstein: 0
      }
    let ratio = figures[.realDistance] > 0 ? figures[.sampleDistance] / figures[.realDistance] : 1
    // The first mean is the first figure.
    let rate = stepCount == 0 ? 1 : Self.rate
    scoreGap += rate * (gap - scoreGap)
    distanceRatio += rate * (ratio - distanceRatio)
    stepCount += 1
  }

  package var warnings: [Warning] {
    var warnings: [Warning] = []
    if stepCount >= Self.scorePatience, scoreGap > Self.saturation {
      warnings.append(.saturatedDiscriminator)
    }
    if stepCount >= Self.distancePatience, distanceRatio < Self.collapse {
      warnings.append(.collapsedGenerator)
    }
    return warnings
  }
}

extension Context {
  /// The root mean square distance between two different rows, √(2n/(n − 1)·(E‖x‖² − ‖E x‖²)), computed
  /// without visiting pairs. NaN for a single row.
  ///
  /// - Parameter sums: memory for one row.
  func pairDistance(_ x: Matrix, sums: UnsafeMutablePointer<Float>) -> Double {
    let n = Double(x.rowCount)
    guard n > 1 else { return .nan }
    columnSums(x, into: sums)
    let squares = dot(x.base, x.base, count: x.rowCount * x.columnCount) / n
    let mean = dot(sums, sums, count: x.columnCount) / (n * n)
    return max(0, 2 * n / (n - 1) * (squares - mean)).squareRoot()
  }
}
