import Glibc
import LinearAlgebra
import Tensors

/// A mixture of Gaussians over rows of d numbers:
///
///     p(x) = Σₖ wₖ · N(x; μₖ, Σₖ)
///
/// Computed in Double. Fitted to a model's latents, it is a density from which new latents can be drawn if
/// the model has no prior, or a prior that its latents do not follow (Ghosh et al., "From variational to
/// deterministic autoencoders", ICLR 2020: ex-post density estimation).
package final class GaussianMixture: Sendable {
  package enum Covariance: Int, Sendable, CaseIterable {
    case full
    case diagonal
  }

  /// How the parameters were fitted.
  package struct Fit: Sendable {
    package var rowCount: Int
    package var iterationCount: Int
    package var isConverged: Bool
    /// The mean of ln p over the rows, in nats.
    package var likelihood: Double

    package init(rowCount: Int, iterationCount: Int, isConverged: Bool, likelihood: Double) {
      self.rowCount = rowCount
      self.iterationCount = iterationCount
      self.isConverged = isConverged
      self.likelihood = likelihood
    }
  }

  package static let componentLimit = 4096

  package let componentCount: Int
  package let columnCount: Int
  package let covariance: Covariance
  /// w: K weights.
  package let weights: Buffer<Double>
  /// μ: K × d.
  package let means: Buffer<Double>
  /// Σ: K × d × d, symmetric. For diagonal covariances, the variances: K × d.
  package let covariances: Buffer<Double>
  package let fit: Fit
  package let context: Context

  /// L with Σ = L·Lᵀ, and its inverse, K × d × d each. For diagonal covariances, standard deviations and
  /// their inverses.
  private let factors: Buffer<Double>
  private let whitenings: Buffer<Double>
  /// ln wₖ − ½·d·ln 2π − Σᵢ ln Lᵢᵢ
  private let scales: Buffer<Double>

  /// The number of rows whose densities are computed at a time.
  static let blockRows = 512

  /// The number of elements in a component's covariance.
  package static func covarianceSize(_ covariance: Covariance, _ d: Int) -> Int? {
    covariance == .full ? checkedProduct(d, d) : d
  }

  /// - Throws: `.nonfinite` if a covariance is not positive definite, naming its component; `.memory`.
  package init(
    _ covariance: Covariance, weights: Buffer<Double>, means: Buffer<Double>, covariances: Buffer<Double>,
    fit: Fit, in context: Context
  ) throws(GenerativeError) {
    let (k, size) = (weights.count, covariances.count / weights.count)
    let d = means.count / k
    (componentCount, columnCount) = (k, d)
    (self.covariance, self.weights, self.means, self.covariances) = (covariance, weights, means, covariances)
    (self.fit, self.context) = (fit, context)
    let factors = try Buffer<Double>(count: covariances.count, in: context.memory)
    let whitenings = try Buffer<Double>(count: covariances.count, in: context.memory)
    let scales = try Buffer<Double>(count: k, in: context.memory)
    factors.base.update(from: covariances.base, count: covariances.count)
    context.parallel(k) { k in
      let (factor, whitening) = (factors.base + k * size, whitenings.base + k * size)
      var isPositive = true
      switch covariance {
      case .full:
        isPositive = Cholesky.factor(factor, d)
        for i in 0..<d { for j in i + 1..<d { factor[i * d + j] = 0 } }
        if isPositive { Cholesky.invert(factor, d, into: whitening) }
      case .diagonal:
        for i in 0..<d {
          isPositive = isPositive && factor[i] > 0 && factor[i] < .infinity
          factor[i] = factor[i].squareRoot()
          whitening[i] = 1 / factor[i]
        }
      }
      var logarithm = log(weights.base[k]) - 0.5 * Double(d) * log(2 * .pi)
      let step = covariance == .full ? d + 1 : 1
      for i in 0..<d { logarithm -= log(factor[i * step]) }
      scales.base[k] = isPositive ? logarithm : .nan
    }
    if let singular = scales.elements.firstIndex(where: { $0.isNaN }) {
      throw GenerativeError(
        .nonfinite,
        "the covariance of component \(singular) is not positive definite: its rows lie in a subspace, or are "
          + "too few; more regularization or fewer components help")
    }
    (self.factors, self.whitenings, self.scales) = (factors, whitenings, scales)
  }

  // MARK: - Densities

  /// Calls `body` with blocks of rows and ln wₖ·N(x; μₖ, Σₖ) for each row, rows × components, which it may
  /// overwrite.
  ///
  /// - Throws: `.mismatch` for rows of another width; `.memory`.
  package func forEachBlock(
    of rows: Matrix, _ body: (_ terms: UnsafeMutablePointer<Double>, _ first: Int, _ rows: Int) -> Void
  ) throws(GenerativeError) {
    let (d, components) = (columnCount, componentCount)
    guard rows.columnCount == d else {
      throw GenerativeError(.mismatch, "n_features must be \(d), not \(rows.columnCount)")
    }
    let block = min(max(rows.rowCount, 1), Self.blockRows)
    let terms = try Buffer<Double>(count: block * components, in: context.memory)
    let centred = try Buffer<Double>(count: block * d, in: context.memory)
    let whitened = try Buffer<Double>(count: block * d, in: context.memory)
    let product = covariance == .full ? try DoubleProduct(rows: block, columns: d, in: context) : nil
    for first in stride(from: 0, to: rows.rowCount, by: block) {
      let count = min(block, rows.rowCount - first)
      for k in 0..<components {
        center(rows, first, count, at: means.base + k * d, into: centred.base)
        let whitening = whitenings.base + k * (covariances.count / components)
        if let product {
          whitened.base.update(repeating: 0, count: count * d)
          product.add(
            DoubleMatrix(centred.base, rows: count, columns: d),
            DoubleMatrix(whitening, rows: d, columns: d).transposed,
            into: DoubleMatrix(whitened.base, rows: count, columns: d))
        }
        let product = product
        context.parallelSlots((count + 63) / 64, isSmall: d < 64) { _, part in
          for i in part * 64..<min(count, part * 64 + 64) {
            var distance = 0.0
            if product != nil {
              let y = whitened.base + i * d
              for j in 0..<d { distance += y[j] * y[j] }
            } else {
              let x = centred.base + i * d
              for j in 0..<d { distance += (x[j] * whitening[j]) * (x[j] * whitening[j]) }
            }
            terms.base[i * components + k] = self.scales.base[k] - 0.5 * distance
          }
        }
      }
      body(terms.base, first, count)
    }
  }

  /// likelihoods ← ln p(x) of every row, in nats.
  package func logLikelihood(
    of rows: Matrix, into likelihoods: UnsafeMutablePointer<Double>
  ) throws(GenerativeError) {
    try forEachBlock(of: rows) { terms, first, count in
      for i in 0..<count {
        likelihoods[first + i] = logSum(terms + i * componentCount, componentCount)
      }
    }
  }

  /// labels, probabilities ← each row's most probable component, and the probabilities of all components
  /// given the row (rows × components). Either may be nil.
  package func predict(
    _ rows: Matrix, labels: UnsafeMutablePointer<Int32>?, probabilities: UnsafeMutablePointer<Double>?
  ) throws(GenerativeError) {
    let k = componentCount
    try forEachBlock(of: rows) { terms, first, count in
      for i in 0..<count {
        let row = terms + i * k
        let values = UnsafeBufferPointer(start: row, count: k)
        labels?[first + i] = Int32(values.indices.max { values[$0] < values[$1] } ?? 0)
        guard let probabilities else { continue }
        let total = logSum(row, k)
        for j in 0..<k { probabilities[(first + i) * k + j] = exp(row[j] - total) }
      }
    }
  }

  // MARK: - Sampling

  /// z ← new rows of this seed, starting with row `first`: each draws a component and is μ + L·ε.
  ///
  /// Row i of a seed is the same in any batch. Its ε is the latent from N(0, I) of the same seed.
  package func sample(
    rows: Int, first: Int = 0, seed: UInt64, into z: UnsafeMutablePointer<Float>
  ) {
    let (d, components) = (columnCount, componentCount)
    context.fillNormal(z, count: rows * d, from: Random(seed: seed, purpose: .latent), offset: first * d)
    let choices = Random(seed: seed, purpose: .mixture)
    context.parallelSlots((rows + 63) / 64, isSmall: rows * d < 4096) { _, part in
      for i in part * 64..<min(rows, part * 64 + 64) {
        let row = z + i * d
        let k = self.component(choices.uniform(at: first + i))
        let (mean, factor) = (
          self.means.base + k * d, self.factors.base + k * (self.covariances.count / components)
        )
        // Starts with the last element, because L·ε needs the elements before it.
        for j in (0..<d).reversed() {
          var sum = mean[j]
          switch self.covariance {
          case .full: for c in 0...j { sum += factor[j * d + c] * Double(row[c]) }
          case .diagonal: sum += factor[j] * Double(row[j])
          }
          row[j] = Float(sum)
        }
      }
    }
  }

  /// The component whose share of [0, 1) contains `uniform`.
  private func component(_ uniform: Float) -> Int {
    var rest = Double(uniform)
    for k in 0..<componentCount {
      rest -= weights.base[k]
      if rest < 0 { return k }
    }
    // The sum of the weights is 1 only up to rounding.
    return weights.elements.lastIndex { $0 > 0 } ?? 0
  }
}

/// centred ← rows first … first + count − μ, in Double.
func center(
  _ rows: Matrix, _ first: Int, _ count: Int, at mean: UnsafePointer<Double>,
  into centred: UnsafeMutablePointer<Double>
) {
  let d = rows.columnCount
  for i in 0..<count {
    let (row, target) = (rows.base + (first + i) * rows.rowStride, centred + i * d)
    for j in 0..<d { target[j] = Double(row[j]) - mean[j] }
  }
}

/// ln Σ exp(terms)
func logSum(_ terms: UnsafePointer<Double>, _ count: Int) -> Double {
  var largest = -Double.infinity
  for i in 0..<count { largest = max(largest, terms[i]) }
  guard largest > -.infinity else { return largest }
  var sum = 0.0
  for i in 0..<count { sum += exp(terms[i] - largest) }
  return largest + log(sum)
}
