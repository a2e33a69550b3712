/// The numbers that a training step or a validation pass returns: losses per row, scores, norms.
///
/// A figure that does not apply to a model is NaN.
package struct Figures: Sendable {
  package enum Name: Int, CaseIterable, Sendable {
    /// The minimised loss.
    case loss
    case reconstruction, kl
    case discriminatorLoss, generatorLoss
    /// Mean D(x) and D(G(z)).
    case realScore, fakeScore
    /// Before clipping.
    case gradientNorm
    case discriminatorGradientNorm
    /// Root mean square distances between two rows of a batch: generated ones, real ones.
    case sampleDistance, realDistance
    /// The penalty on a GAN discriminator's gradient.
    case penalty
    /// Mean sign of D(x) − ½.
    case realSign
  }

  private var values = SIMD16<Double>(repeating: .nan)

  package init() {}

  package subscript(name: Name) -> Double {
    get { values[name.rawValue] }
    set { values[name.rawValue] = newValue }
  }

  /// Takes over the figures that others have.
  mutating func take(_ others: Figures) {
    values.replace(with: others.values, where: others.values .== others.values)
  }

  /// A mean of figures, each weighted by its rows.
  package struct Mean: Sendable {
    private var sums = SIMD16<Double>.zero
    private var weight = 0.0

    package init() {}

    package mutating func add(_ figures: Figures, rows: Int) {
      sums += figures.values * Double(rows)
      weight += Double(rows)
    }

    /// How many numbers a mean is.
    static let numberCount = 17

    /// The mean as numbers, from which it can be restored.
    var numbers: [Double] { (0..<16).map { sums[$0] } + [weight] }

    /// Nil unless the numbers are as many as `numbers` gives.
    init?(_ numbers: [Double]) {
      guard numbers.count == Self.numberCount else { return nil }
      for index in 0..<16 { sums[index] = numbers[index] }
      weight = numbers[16]
    }

    /// All NaN before the first `add`.
    package var figures: Figures {
      var figures = Figures()
      figures.values = sums / weight
      return figures
    }
  }
}
