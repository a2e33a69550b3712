import Glibc
import Tensors

/// A Gaussian Parzen window around samples, the likelihood by which Goodfellow et al. (2014) evaluated their
/// GAN:
///
///     ln p(x) = ln (1/n) Σᵢ N(x; sᵢ, σ² I)
///
/// It rewards smooth samples (Theis, van den Oord & Bethge, "A note on the evaluation of generative models",
/// ICLR 2016), so report the value for real rows too.
package struct ParzenWindow {
  /// The widths that are tried: ten from 0.1 to 1, evenly spaced in the logarithm, as in the paper's code.
  package static let widths = (0..<10).map { pow(10, Double($0) / 9 - 1) }

  /// The number of rows whose distances are held at a time.
  private static let blockRows = 64

  private let context: Context
  private let distances: SquaredDistances
  private let rowSize: Int
  private let sampleCount: Int
  private let center: Buffer<Float>
  private let samples: CentredRows

  /// - Parameter samples: `count` rows of `rowSize` floats, at least one.
  /// - Throws: `.memory`.
  package init(
    samples: UnsafePointer<Float>, count: Int, rowSize: Int, context: Context
  ) throws(GenerativeError) {
    self.context = context
    self.rowSize = rowSize
    sampleCount = count
    distances = SquaredDistances(width: rowSize, context: context)
    center = try CentredRows.about(meanOf: samples, count: count, width: rowSize, context: context)
    self.samples = try CentredRows(samples, count: count, center: center, distances, context: context)
  }

  /// The width that maximizes the likelihood of `rows`.
  package func bestWidth(
    _ rows: UnsafePointer<Float>, count: Int
  ) throws(GenerativeError) -> Double {
    let widths = Self.widths
    let likelihoods = try Buffer<Double>(count: widths.count * count, in: context.memory)
    try logLikelihoods(rows, count: count, widths: widths, into: likelihoods.base)
    let means = widths.indices.map { index in
      (0..<count).reduce(0) { $0 + likelihoods.base[index * count + $1] } / Double(count)
    }
    return widths[means.indices.max { means[$0] < means[$1] } ?? 0]
  }

  /// The mean of ln p over `rows`, in nats, and its standard error.
  package func logLikelihood(
    _ rows: UnsafePointer<Float>, count: Int, width: Double
  ) throws(GenerativeError) -> Estimate {
    let likelihoods = try Buffer<Double>(count: count, in: context.memory)
    try logLikelihoods(rows, count: count, widths: [width], into: likelihoods.base)
    return Estimate(likelihoods.elements)
  }

  /// ln p of each row for each width: widths × rows.
  private func logLikelihoods(
    _ rows: UnsafePointer<Float>, count: Int, widths: [Double], into result: UnsafeMutablePointer<Double>
  ) throws(GenerativeError) {
    let block = min(count, Self.blockRows)
    guard let floats = checkedProduct(block, sampleCount) else {
      throw GenerativeError(.memory, "distances to \(sampleCount) samples do not fit in memory")
    }
    let squares = try Buffer<Float>(count: floats, in: context.memory)
    let exponentials = try Buffer<Float>(count: floats, in: context.memory)
    var first = 0
    while first < count {
      try Run.proceed(first, of: count)
      let some = min(block, count - first)
      let x = try CentredRows(
        rows + first * rowSize, count: some, center: center, distances, context: context)
      distances.fill(
        squares.base, x.rows.base, norms: x.norms.base, count: some, samples.rows.base,
        norms: samples.norms.base, count: sampleCount)
      let start = first
      context.parallel(some) { i in
        for (index, width) in widths.enumerated() {
          let likelihood = logLikelihood(
            squares.base + i * sampleCount, width: width, scratch: exponentials.base + i * sampleCount)
          result[index * count + start + i] = likelihood
        }
      }
      first += some
    }
  }

  /// ln p of a row, computed from its squared distances by a log-sum-exp about the nearest sample.
  private func logLikelihood(
    _ squares: UnsafePointer<Float>, width: Double, scratch: UnsafeMutablePointer<Float>
  ) -> Double {
    let nearest = UnsafeBufferPointer(start: squares, count: sampleCount).min() ?? 0
    let scale = Float(-1 / (2 * width * width))
    context.scale(squares, by: scale, adding: -scale * nearest, count: sampleCount, into: scratch)
    context.exponential(scratch, count: sampleCount, into: scratch)
    let sum = context.sum(scratch, count: sampleCount)
    return Double(scale) * Double(nearest) + log(sum / Double(sampleCount))
      - Double(rowSize) / 2 * log(2 * Double.pi * width * width)
  }
}
