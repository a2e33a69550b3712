import Glibc
import Networks
import Tensors
import Training

/// How a GAN's training goes, as running means over about the last 50 steps.
package struct GANHealth {
  private var scoreGap = 0.0
  private var distanceRatio = 0.0
  private var stepCount = 0

  /// 1 / the steps that the means are over.
  private static let rate = 1.0 / 50
  /// Steps before scores are judged: both players start out far from what they will be.
  private static let scorePatience = 150
  /// Steps before distances are: a DCGAN's rows are alike, at 0.07 of the real distance, for 150 steps
  /// at a rate of 4e-4, and are drawn apart by the 250th.
  private static let distancePatience = 500
  /// D(x) − D(G(z)) above this leaves G less than a hundredth of the gradient of an even game.
  private static let saturation = 0.98
  /// Generated rows closer together than this share of the real ones' distance are copies.
  private static let collapse = 0.2

  package init() {}

  /// Takes in a step's figures.
  package mutating func add(_ figures: Figures, _ objective: AdversarialLoss = .nonSaturating) {
    let gap = objective.hasProbabilities ? figures[.realScore] - figures[.fakeScore] : 0
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

extension GAN {
  /// Rows that tell how much two generators vary.
  private static let judgedRows = 64
  /// Rows of the average that have less than this share of the variance of the last generator's are worse than
  /// those. Of digits a mean of all steps has 0.2 to 0.63 of it in up to 1,200 steps, and up to 2.4 times the
  /// Fréchet distance; the average that ramps up has 0.83 to 0.95, and at most 1.15 times.
  private static let lag = 0.7

  /// Whether the rows of the averaged generator vary far less than those of the last one, for the same latents
  /// and classes: then they are gray.
  var averageLags: Bool {
    guard average != nil else { return false }
    let (rows, width) = (Self.judgedRows, options.shape.count)
    do throws(GenerativeError) {
      let x = try Buffer<Float>(count: rows * width, in: context.memory)
      let z = try Buffer<Float>(count: rows * options.latentSize, in: context.memory)
      let sums = try Buffer<Float>(count: width, in: context.memory)
      let labels = try Buffer<Int32>(count: rows, in: context.memory)
      let isConditional = options.classCount > 0
      if isConditional { Labels.draw(labels.base, rows: rows, first: 0, of: options.classCount, seed: 0) }
      latents(first: 0, rows: rows, seed: 0, into: z.base)
      var distances: [Double] = []
      for which in [Generator.average, .last] {
        let given = isConditional ? UnsafePointer(labels.base) : nil
        try generate(z.base, rows: rows, given: given, by: which, into: x.base)
        distances.append(context.pairDistance(Matrix(x.base, rows: rows, columns: width), sums: sums.base))
      }
      return distances[0] * distances[0] < Self.lag * distances[1] * distances[1]
    } catch {
      // Without memory nobody is warned.
      return false
    }
  }
}

extension Context {
  /// The root mean square distance between two different rows: √(2n/(n − 1)·(E‖x‖² − ‖E x‖²)), which
  /// needs no pair to be looked at; NaN for a single row.
  ///
  /// - Parameter sums: room for a row.
  func pairDistance(_ x: Matrix, sums: UnsafeMutablePointer<Float>) -> Double {
    let n = Double(x.rowCount)
    guard n > 1 else { return .nan }
    columnSums(x, into: sums)
    let squares = dot(x.base, x.base, count: x.rowCount * x.columnCount) / n
    let mean = dot(sums, sums, count: x.columnCount) / (n * n)
    return max(0, 2 * n / (n - 1) * (squares - mean)).squareRoot()
  }
}
