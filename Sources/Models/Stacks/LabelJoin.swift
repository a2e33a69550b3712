import Datasets
import Networks
import Tensors

/// Labels joined to rows as one-hot numbers (Mirza & Osindero, "Conditional generative adversarial
/// nets", 2014).
///
/// A vector gets them once, at its end; an image for convolutions gets them at every pixel, as
/// constant channels.
struct LabelJoin: Sendable {
  /// Joined rows.
  let output: Shape
  let classCount: Int
  /// Pixels of a row, or 1, and the floats of each.
  private let groups: Int
  private let width: Int

  /// Floats of a row before its labels.
  var rowCount: Int { groups * width }

  /// - Parameter classCount: 0: rows stay as they are.
  init(_ row: Shape, classCount: Int, _ architecture: Architecture) {
    self.classCount = classCount
    switch architecture {
    case _ where classCount == 0:
      (groups, width, output) = (1, row.count, row)
    case .dense:
      (groups, width) = (1, row.count)
      output = Shape(features: row.count + classCount)
    case .convolutional:
      (groups, width) = (row.height * row.width, row.channels)
      output = Shape(height: row.height, width: row.width, channels: row.channels + classCount)
    }
  }

  /// y ← x with labels, each below `classCount`.
  func join(
    _ x: UnsafePointer<Float>, _ labels: UnsafePointer<Int32>, rows: Int,
    into y: UnsafeMutablePointer<Float>
  ) {
    var (source, target) = (x, y)
    for row in 0..<rows {
      let label = Int(labels[row])
      for _ in 0..<groups {
        target.update(from: source, count: width)
        (target + width).update(repeating: 0, count: classCount)
        target[width + label] = 1
        source += width
        target += width + classCount
      }
    }
  }

  /// x ← y without its labels.
  func part(_ y: UnsafePointer<Float>, rows: Int, into x: UnsafeMutablePointer<Float>) {
    var (source, target) = (y, x)
    for _ in 0..<rows * groups {
      target.update(from: source, count: width)
      source += width + classCount
      target += width
    }
  }
}

extension LabelJoin {
  /// Labels of rows first ..< first + rows of a seed's samples, every class as likely.
  static func draw(
    _ labels: UnsafeMutablePointer<Int32>, rows: Int, first: Int, of classCount: Int, seed: UInt64
  ) {
    // No latents are drawn from the last step.
    let random = Random(seed: seed, purpose: .latent, step: .max)
    for row in 0..<rows {
      let label = Int(random.uniform(at: first + row) * Float(classCount))
      labels[row] = Int32(truncatingIfNeeded: min(label, classCount - 1))
    }
  }

  /// Checks that a dataset's labels are there and each one of `classCount`.
  ///
  /// - Throws: `.argument`.
  static func check(_ dataset: Dataset, _ name: String, classCount: Int) throws(GenerativeError) {
    guard classCount > 0 else { return }
    guard let labels = dataset.labels else {
      throw GenerativeError(.argument, "\(name) has no labels, which a model of \(classCount) classes needs")
    }
    for row in 0..<labels.count where labels.base[row] < 0 || Int(labels.base[row]) >= classCount {
      throw GenerativeError(
        .argument,
        "\(name)'s labels must be between 0 and \(classCount - 1), not \(labels.base[row]) as in row \(row)")
    }
  }
}

extension Inference {
  /// f(x with labels) into `y`, rows × the network's output.
  ///
  /// - Throws: `.state` when there are labels and no classes or the other way round, `.memory`.
  func run(
    _ x: UnsafePointer<Float>, rows: Int, _ join: LabelJoin, _ labels: UnsafePointer<Int32>?,
    _ weights: Weights, _ context: Context, into y: UnsafeMutablePointer<Float>
  ) throws(GenerativeError) {
    try joined(x, rows: rows, join, labels, context) { (x, first, count) throws(GenerativeError) in
      try self.run(x, rows: count, weights, into: y + first * self.outputCount)
    }
  }

  /// Calls `body` with blocks of joined rows, each block's first row and its rows.
  func joined(
    _ x: UnsafePointer<Float>, rows: Int, _ join: LabelJoin, _ labels: UnsafePointer<Int32>?,
    _ context: Context,
    _ body: (_ x: UnsafePointer<Float>, _ first: Int, _ rows: Int) throws(GenerativeError) -> Void
  ) throws(GenerativeError) {
    guard join.classCount > 0 else {
      guard labels == nil else {
        throw GenerativeError(.state, "labels were given to a model that was made without n_classes")
      }
      return try body(x, 0, rows)
    }
    guard let labels else {
      throw GenerativeError(.state, "a model of \(join.classCount) classes needs labels here")
    }
    let block = min(rows, Inference.blockRows)
    let joined = try Buffer<Float>(count: block * join.output.count, in: context.memory)
    let width = join.rowCount
    var first = 0
    while first < rows {
      let count = min(block, rows - first)
      join.join(x + first * width, labels + first, rows: count, into: joined.base)
      try body(joined.base, first, count)
      first += count
    }
  }
}
