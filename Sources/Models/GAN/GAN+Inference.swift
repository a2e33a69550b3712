import Datasets
import Networks
import Tensors
import Training

extension GAN {
  /// z ← the latents of rows first ..< first + rows of a seed's samples, rows × latent.
  package func latents(first: Int = 0, rows: Int, seed: UInt64, into z: UnsafeMutablePointer<Float>) {
    draw(z, rows: rows, first: first, from: Random(seed: seed, purpose: .latent))
  }

  func draw(_ z: UnsafeMutablePointer<Float>, rows: Int, first: Int = 0, from random: Random) {
    let (count, offset) = (rows * options.latentSize, first * options.latentSize)
    switch options.latent {
    case .normal: context.fillNormal(z, count: count, from: random, offset: offset)
    case .uniform: context.fillUniform(z, count: count, from: random, offset: offset, low: -1, high: 1)
    }
  }

  /// x ← G(z), rows × shape.
  ///
  /// - Parameter labels: for a conditional model, one class per row.
  /// - Throws: `.state` if a conditional model gets no labels, or another model gets some.
  package func generate(
    _ z: UnsafePointer<Float>, rows: Int, given labels: UnsafePointer<Int32>? = nil,
    by which: Generator = .average, into x: UnsafeMutablePointer<Float>
  ) throws(GenerativeError) {
    let weights = which == .average ? average?.weights ?? generator.weights : generator.weights
    try generating.run(z, rows: rows, given: labels, weights, into: x)
    if options.outputActivation == .tanh {
      context.scale(x, by: 0.5, adding: 0.5, count: rows * options.shape.count, into: x)
    }
    preparation?.undo(x, rows: rows, into: x)
  }

  /// x ← G(z) with latents z of this seed. Row i is the same in any batch.
  ///
  /// - Parameter labels: for a conditional model; nil: drawn with equal probability, using the same seed.
  package func sample(
    rows: Int, seed: UInt64, given labels: UnsafePointer<Int32>? = nil, into x: UnsafeMutablePointer<Float>
  ) throws(GenerativeError) {
    let isDrawn = options.classCount > 0 && labels == nil
    let drawn = try Buffer<Int32>(count: isDrawn ? min(rows, Inference.blockRows) : 0, in: context.memory)
    try generating.inBlocks(rows, of: options.latentSize) { (z, first, count) throws(GenerativeError) in
      self.latents(first: first, rows: count, seed: seed, into: z)
      var given = labels.map { $0 + first }
      if isDrawn {
        Labels.draw(drawn.base, rows: count, first: first, of: self.options.classCount, seed: seed)
        given = UnsafePointer(drawn.base)
      }
      try self.generate(z, rows: count, given: given, into: x + first * self.options.shape.count)
    }
  }

  /// probability ← D(x), one per row.
  ///
  /// - Parameter labels: as in `generate`.
  package func discriminate(
    _ x: UnsafePointer<Float>, rows: Int, given labels: UnsafePointer<Int32>? = nil,
    into probability: UnsafeMutablePointer<Float>
  ) throws(GenerativeError) {
    let width = options.shape.count
    try discriminating.inBlocks(rows, of: width) { (inside, first, count) throws(GenerativeError) in
      self.prepare(x + first * width, rows: count, into: inside)
      try self.discriminating.run(
        inside, rows: count, given: labels.map { $0 + first }, self.discriminator.weights,
        into: probability + first)
    }
    options.objective.probabilities(probability, rows: rows, into: probability, context: context)
  }

  /// y ← the caller's rows as the networks see them.
  func prepare(_ x: UnsafePointer<Float>, rows: Int, into y: UnsafeMutablePointer<Float>) {
    preparation.write(x, rows: rows, width: options.shape.count, into: y)
    toInside(y, rows: rows)
  }

  /// Maps rows in [0, 1] to rows in [−1, 1], if the networks use those.
  func toInside(_ x: UnsafeMutablePointer<Float>, rows: Int) {
    guard options.outputActivation == .tanh else { return }
    context.scale(x, by: 2, adding: -1, count: rows * options.shape.count, into: x)
  }
}
