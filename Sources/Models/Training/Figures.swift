/// The numbers a training step or a validation pass gives: losses per row, scores, norms.
///
/// A figure that a model does not have is NaN.
package struct Figures: Sendable {
  package enum Name: Int, CaseIterable, Sendable {
    /// What is minimised.
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
  }

  private var values = SIMD16<Double>(repeating: .nan)

  package init() {}

  package subscript(name: Name) -> Double {
    get { values[name.rawValue] }
    set { values[name.rawValue] = newValue }
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

    /// All NaN before the first `add`.
    package var figures: Figures {
      var figures = Figures()
      figures.values = sums / weight
      return figures
    }
  }
}
