import Datasets
import Evaluation
import Glibc
import Tensors
import TestSupport
import Testing

@Suite struct ParzenWindowTests {
  /// ln p of row i of `x`, in Double.
  private func logLikelihood(_ x: [Float], _ i: Int, samples: [Float], width: Int, deviation: Double)
    -> Double
  {
    let count = samples.count / width
    let exponents = (0..<count).map {
      -squaredDistance(x, i, samples, $0, width: width) / (2 * deviation * deviation)
    }
    let largest = exponents.max() ?? 0
    let sum = exponents.reduce(0) { $0 + exp($1 - largest) } / Double(count)
    return largest + log(sum) - Double(width) * 0.5 * log(2 * Double.pi * deviation * deviation)
  }

  @Test func `Likelihoods are sums over all samples`() throws {
    let width = 7
    let samples = uniforms(53 * width, seed: 1)
    // More rows than a block holds.
    let x = uniforms(131 * width, seed: 2)
    let window = try ParzenWindow(samples: samples, count: 53, rowSize: width, context: .standard)
    for deviation in [0.1, 0.35, 1] {
      let expected = (0..<131).map {
        logLikelihood(x, $0, samples: samples, width: width, deviation: deviation)
      }
      let mean = expected.reduce(0, +) / 131
      let variance = expected.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 130
      let result = try window.logLikelihood(x, count: 131, width: deviation)
      #expect(abs(result.mean - mean) < 1e-4)
      #expect(abs(result.standardError - (variance / 131).squareRoot()) < 1e-5)
    }
    let means = ParzenWindow.widths.map { deviation in
      (0..<20).reduce(0) {
        $0 + logLikelihood(x, $1, samples: samples, width: width, deviation: deviation)
      }
    }
    let best = try #require(means.indices.max { means[$0] < means[$1] })
    #expect(try window.bestWidth(x, count: 20) == ParzenWindow.widths[best])
  }

  @Test func `There are ten widths from 0.1 to 1`() {
    let widths = ParzenWindow.widths
    #expect(widths.count == 10)
    #expect(widths.first == 0.1 && widths.last == 1)
    for (a, b) in zip(widths, widths.dropFirst()) { #expect(abs(b / a - pow(10, 1.0 / 9)) < 1e-12) }
  }

  @Test func `One sample and one row give a Gaussian's density`() throws {
    let window = try ParzenWindow(samples: [0.25], count: 1, rowSize: 1, context: .standard)
    let result = try window.logLikelihood([0.75], count: 1, width: 0.5)
    #expect(abs(result.mean - (-0.5 - 0.5 * log(2 * Double.pi * 0.25))) < 1e-6)
    #expect(result.standardError == 0)
  }

  /// Goodfellow et al.'s protocol: 10,000 samples, the width chosen on 1,000 validation rows, the
  /// 10,000 test rows. Real training images reach 357.04 ± 1.92 at width 0.1668.
  @Test(
    .enabled(if: access("/usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz", R_OK) == 0),
    .disabled(if: isWatchedForRaces, "of 10,000 rows alone the likelihood is known"))
  func `Real images of Fashion-MNIST reach their known likelihood`() throws {
    let folder = "/usr/share/datasets/fashion-mnist"
    let train = try Dataset.idx(imagesPath: "\(folder)/train-images-idx3-ubyte.gz", context: .standard)
    let test = try Dataset.idx(imagesPath: "\(folder)/t10k-images-idx3-ubyte.gz", context: .standard)
    func read(_ dataset: Dataset, _ range: Range<Int>) throws -> Buffer<Float> {
      let rows = try Buffer<Float>(count: range.count * 784)
      try dataset.read(range: range, into: rows.base)
      return rows
    }
    let samples = try read(train, 0..<10_000)
    let validation = try read(train, 59_000..<60_000)
    let rows = try read(test, 0..<10_000)
    let window = try ParzenWindow(samples: samples.base, count: 10_000, rowSize: 784, context: .standard)
    let width = try window.bestWidth(validation.base, count: 1000)
    #expect(abs(width - 0.1668) < 1e-4)
    let result = try window.logLikelihood(rows.base, count: 10_000, width: width)
    #expect(abs(result.mean - 357.04) < 0.5, "\(result)")
    #expect(abs(result.standardError - 1.92) < 0.02)
  }
}
