/// The numbers that a training step or a validation pass returns: losses per row, scores, norms.
///
/// A figure that does not apply to a model is NaN.
package struct Figures: Sendable {
  package enum Name: Int, CaseIterable, Sendable {
    /// The minimized loss.
    case loss
    case reconstruction, kl
    case discriminatorLoss, generatorLoss
    /// Mean D(x) and D(G(z)).
    case realScore, fakeScore
    /// Before clipping.
    case gradientNorm
    case discriminatorGradientNorm
    /// Root mean square distance between two rows of a batch: for generated rows, and for real rows.
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

  /// Overwrites the figures that are not NaN in `others`.
  mutating func take(_ others: Figures) {
    values.replace(with: others.values, where: others.values .== others.values)
  }

  /// A mean of figures, each weighted by its number of rows.
  package struct Mean: Sendable {
    private var sums = SIMD16<Double>.zero
    private var weight = 0.0

    package init() {}

    package mutating func add(_ figures: Figures, rows: Int) {
      sums += figures.values * Double(rows)
      weight += Double(rows)
    }

    /// The number of numbers in `numbers`.
    static let numberCount = 17

    /// The state of the mean as numbers, from which it can be restored.
    var numbers: [Double] { (0..<16).map { sums[$0] } + [weight] }

    /// nil unless there are as many numbers as in `numbers`.
    init?(_ numbers: [Double]) {
      guard numbers.count == Self.numberCount else { return nil }
      for index in 0..<16 { sums[index] = numbers[index] }
      weight = numbers[16]
    }

    /// All figures are NaN before the first `add`.
    package var figures: Figures {
      var figures = Figures()
      figures.values = sums / weight
      return figures
    }
  }
}
