import Datasets
import Networks
import Tensors

/// A generative adversarial network (Goodfellow et al., "Generative adversarial nets", NeurIPS 2014):
///
///     min over G, max over D:  E ln D(x) + E ln(1 − D(G(z)))
///
/// G turns latents z into rows, D tells them from real ones.
package final class GAN: @unchecked Sendable {
  package enum LatentDistribution: Equatable, Sendable {
    /// N(0, I)
    case normal
    /// Uniform in [−1, 1), as in the paper.
    case uniform
  }

  package enum Generator: Sendable {
    /// The moving average over the steps; the last one where there is no average.
    case average
    case last
  }

  package struct Options: Sendable, Equatable {
    package var shape: Shape
    package var latentSize = 64
    package var latent = LatentDistribution.normal
    /// Widths from the latent on.
    package var generatorHidden = [256, 512]
    /// Widths from the row on.
    package var discriminatorHidden = [512, 256]
    package var generatorActivation = Activation.relu
    package var discriminatorActivation = Activation.leakyReLU(slope: 0.2)
    /// Sigmoid for rows in [0, 1], tanh for the same worked out in [−1, 1], identity for any rows.
    package var outputActivation = Activation.sigmoid
    package var objective = AdversarialLoss.nonSaturating
    /// k: steps of D for each of G.
    package var discriminatorSteps = 1
    /// Batch norm in the generator's hidden layers.
    package var normalizesGenerator = true
    /// Batch norm in the discriminator's hidden layers but the first.
    package var normalizesDiscriminator = false
    /// Start the generator at the mean row of the data.
    package var startsAtMean = true
    package var weights = WeightRule.automatic
    /// Real rows count as 1 − this.
    package var labelSmoothing: Float = 0
    /// In the discriminator's hidden layers.
    package var dropout: Float = 0
    /// Deviation of noise added to the discriminator's input.
    package var inputNoise: Float = 0
    /// Of the generator's moving average; nil: none is kept.
    package var averageDecay: Float? = 0.999
    package var seed: UInt64 = 0

    package init(shape: Shape) { self.shape = shape }

    /// Whether batches of one row cannot be learned from.
    package var normalizes: Bool {
      (normalizesGenerator && !generatorHidden.isEmpty)
        || (normalizesDiscriminator && discriminatorHidden.count > 1)
    }
  }

  package let options: Options
  package let context: Context
  package var progress = Progress()
  package let generator: Learner
  package let discriminator: Learner
  package let average: ExponentialAverage?
  private let generating: Inference
  private let discriminating: Inference

  package init(_ options: Options, context: Context = .standard) throws(GenerativeError) {
    let networks = try Self.networks(options)
    self.options = options
    self.context = context
    generator = try Learner(networks.generator, seed: options.seed, context: context)
    discriminator = try Learner(networks.discriminator, seed: options.seed, context: context)
    if let decay = options.averageDecay {
      average = try ExponentialAverage(of: generator.weights, decay: decay, context: context)
    } else {
      average = nil
    }
    generating = Inference(networks.generator, context: context)
    discriminating = Inference(networks.discriminator, context: context)
  }

  private static func networks(
    _ options: Options
  ) throws(GenerativeError) -> (generator: Network, discriminator: Network) {
    let generator = DenseStack(
      input: Shape(features: options.latentSize), hidden: options.generatorHidden, output: options.shape,
      activation: options.generatorActivation, outputActivation: options.outputActivation,
      weights: options.weights, firstNormalized: options.normalizesGenerator ? 0 : nil)
    // D gives logits: σ is part of the loss, and of `discriminate`.
    let discriminator = DenseStack(
      input: options.shape, hidden: options.discriminatorHidden, output: Shape(features: 1),
      activation: options.discriminatorActivation, outputActivation: .identity,
      weights: options.weights, dropout: options.dropout,
      firstNormalized: options.normalizesDiscriminator ? 1 : nil)
    let noise: [any Layer] =
      options.inputNoise > 0 ? [GaussianNoise(options.shape, deviation: options.inputNoise)] : []
    return (
      try Network("generator", generator.layers),
      try Network("discriminator", noise + discriminator.layers)
    )
  }

  package static func plan(
    _ options: Options, rows: Int, context: Context = .standard
  ) throws(GenerativeError) -> Plan {
    let networks = try networks(options)
    let k = options.discriminatorSteps
    return try Plan(
      // G: k forwards and a backward; D: k times forward and backward on real and generated rows,
      // then a forward and half a backward for G.
      [(networks.generator, 1, k + 2), (networks.discriminator, 1, 6 * k + 2)], rows: rows,
      rowFloats: 3 * options.shape.count + options.latentSize + 4, context: context)
  }

  /// Trained numbers.
  package var parameterCount: Int { generator.network.parameterCount + discriminator.network.parameterCount }

  // MARK: - Inference

  /// The latents of rows first ..< first + rows of a seed's samples, rows × latent.
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
  package func generate(
    _ z: UnsafePointer<Float>, rows: Int, by which: Generator = .average,
    into x: UnsafeMutablePointer<Float>
  ) throws(GenerativeError) {
    let weights = which == .average ? average?.weights ?? generator.weights : generator.weights
    try generating.run(z, rows: rows, weights, into: x)
    if options.outputActivation == .tanh {
      context.scale(x, by: 0.5, adding: 0.5, count: rows * options.shape.count, into: x)
    }
  }

  /// x ← G(z) with z of this seed; row i is the same in any batch.
  package func sample(
    rows: Int, seed: UInt64, into x: UnsafeMutablePointer<Float>
  ) throws(GenerativeError) {
    let block = min(rows, Inference.blockRows)
    let z = try Buffer<Float>(count: block * options.latentSize, in: context.memory)
    var first = 0
    while first < rows {
      let count = min(block, rows - first)
      latents(first: first, rows: count, seed: seed, into: z.base)
      try generate(z.base, rows: count, into: x + first * options.shape.count)
      first += count
    }
  }

  /// probability ← D(x), one per row.
  package func discriminate(
    _ x: UnsafePointer<Float>, rows: Int, into probability: UnsafeMutablePointer<Float>
  ) throws(GenerativeError) {
    let width = options.shape.count
    let block = min(rows, Inference.blockRows)
    let inside = try Buffer<Float>(count: block * width, in: context.memory)
    var first = 0
    while first < rows {
      let count = min(block, rows - first)
      inside.base.update(from: x + first * width, count: count * width)
      toInside(inside.base, rows: count)
      try discriminating.run(
        inside.base, rows: count, discriminator.weights, into: probability + first)
      first += count
    }
    context.activate(probability, count: rows, .sigmoid, into: probability)
  }

  /// Rows as callers have them to rows as the networks do.
  func toInside(_ x: UnsafeMutablePointer<Float>, rows: Int) {
    guard options.outputActivation == .tanh else { return }
    context.scale(x, by: 2, adding: -1, count: rows * options.shape.count, into: x)
  }
}
