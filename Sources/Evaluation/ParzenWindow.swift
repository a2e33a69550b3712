import Glibc
import Tensors

/// A Gaussian Parzen window around samples, the likelihood that Goodfellow et al. (2014) measured
/// their GAN by:
///
///     ln p(x) = ln (1/n) Σᵢ N(x; sᵢ, σ² I)
///
/// It rewards smooth samples (Theis, van den Oord & Bethge, "A note on the evaluation of generative
/// models", ICLR 2016): print real rows' figure beside it.
package struct ParzenWindow {
  /// The widths tried: ten from 0.1 to 1, evenly spaced in logarithm, as in the paper's code.
  package static let widths = (0..<10).map { pow(10, Double($0) / 9 - 1) }

  /// Rows whose distances are held at once.
  private static let blockRows = 64

  private let context: Context
  private let distances: SquaredDistances
  private let rowSize: Int
  private let sampleCount: Int
  private let center: Buffer<Float>
  private let samples: Buffer<Float>
  private let sampleNorms: Buffer<Float>

  /// - Parameter samples: `count` rows of `rowSize` floats, at least one.
  /// - Throws: `.memory`.
  package init(
    samples: UnsafePointer<Float>, count: Int, rowSize: Int, context: Context
  ) throws(GenerativeError) {
    self.context = context
    self.rowSize = rowSize
    sampleCount = count
    distances = SquaredDistances(width: rowSize, context: context)
    center = try Buffer(count: rowSize, in: context.memory)
    context.columnSums(Matrix(reading: samples, rows: count, columns: rowSize), into: center.base)
    context.scale(center.base, by: 1 / Float(max(count, 1)), count: rowSize, into: center.base)
    self.samples = try Self.centered(samples, count, rowSize, center, context)
    sampleNorms = try Buffer(count: count, in: context.memory)
    distances.norms(self.samples.base, count: count, into: sampleNorms.base)
  }

  /// The width under which `rows` are most likely.
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
  ) throws(GenerativeError) -> (mean: Double, standardError: Double) {
    let likelihoods = try Buffer<Double>(count: count, in: context.memory)
    try logLikelihoods(rows, count: count, widths: [width], into: likelihoods.base)
    let n = Double(count)
    let mean = likelihoods.elements.reduce(0, +) / n
    let squares = likelihoods.elements.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (mean, (squares / max(n - 1, 1) / n).squareRoot())
  }

  /// ln p of each row under each width: widths × rows.
  private func logLikelihoods(
    _ rows: UnsafePointer<Float>, count: Int, widths: [Double], into result: UnsafeMutablePointer<Double>
  ) throws(GenerativeError) {
    let block = min(count, Self.blockRows)
    guard let floats = checkedProduct(block, sampleCount) else {
      throw GenerativeError(.memory, "distances to \(sampleCount) samples do not fit in memory")
    }
    let squares = try Buffer<Float>(count: floats, in: context.memory)
    let exponentials = try Buffer<Float>(count: floats, in: context.memory)
    let norms = try Buffer<Float>(count: block, in: context.memory)
    var first = 0
    while first < count {
      let some = min(block, count - first)
      let x = try Self.centered(rows + first * rowSize, some, rowSize, center, context)
      distances.norms(x.base, count: some, into: norms.base)
      distances.fill(
        squares.base, x.base, norms: norms.base, count: some, samples.base, norms: sampleNorms.base,
        count: sampleCount)
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

  /// ln p of a row from its squared distances: a log-sum-exp around the nearest sample.
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

  private static func centered(
    _ rows: UnsafePointer<Float>, _ count: Int, _ rowSize: Int, _ center: Buffer<Float>, _ context: Context
  ) throws(GenerativeError) -> Buffer<Float> {
    guard let floats = checkedProduct(count, rowSize) else {
      throw GenerativeError(.memory, "\(count) rows of \(rowSize) do not fit in memory")
    }
    let centered = try Buffer<Float>(count: floats, in: context.memory)
    for row in 0..<count {
      for j in 0..<rowSize { centered.base[row * rowSize + j] = rows[row * rowSize + j] - center.base[j] }
    }
    return centered
  }
}
