import Datasets
import Glibc
import Networks
import Tensors

/// A variational autoencoder (Kingma & Welling, "Auto-encoding variational Bayes", ICLR 2014).
///
/// The encoder gives each row a Gaussian q(z|x) = N(μ(x), diag σ²(x)), the decoder p(x|z), and
///
///     loss = C · E_q[−ln p(x|z)] + β · KL(q(z|x) ‖ N(0, I)),   z = μ + σ·ε,  ε ~ N(0, I),
///
/// in nats, summed over pixels and averaged over rows: with C = β = 1 the negative of the bound.
package final class VAE: @unchecked Sendable {
  /// p(x|z).
  package enum Likelihood: Equatable, Sendable {
    /// Pixels in [0, 1] under the decoder's probabilities.
    case bernoulli
    /// N(decoder's mean, σ²), with one σ² for all pixels; nil: learned.
    case gaussian(variance: Float?)
  }

  /// How β comes up.
  package enum Annealing: Equatable, Sendable {
    case constant
    /// From 0 to β over the first `epochs`.
    case linear(epochs: Double)
    /// Every `epochs`: up during the first half, β during the second (Fu et al., "Cyclical annealing
    /// schedule", NAACL 2019).
    case cyclic(epochs: Double)

    /// The share of β at a time in epochs.
    package func share(at epoch: Double) -> Double {
      switch self {
      case .constant: 1
      case .linear(let epochs): min(epoch / epochs, 1)
      case .cyclic(let epochs): min(2 * epoch.truncatingRemainder(dividingBy: epochs) / epochs, 1)
      }
    }
  }

  package struct Options: Sendable, Equatable {
    package var shape: Shape
    package var latentSize = 20
    /// Widths of the encoder's hidden layers, outermost first.
    package var hidden = [400]
    /// Widths of the decoder's, innermost first; nil: the encoder's in reverse.
    package var decoderHidden: [Int]?
    package var activation = Activation.relu
    package var likelihood = Likelihood.bernoulli
    /// Of a Gaussian decoder's mean: identity or sigmoid.
    package var outputActivation = Activation.sigmoid
    /// Draw Bernoulli pixels anew as coin flips at each step.
    package var binarizes = false
    /// C.
    package var reconstructionWeight: Float = 1
    /// β.
    package var beta: Float = 1
    package var annealing = Annealing.constant
    package var weights = WeightRule.automatic
    /// Share of hidden units dropped in training.
    package var dropout: Float = 0
    package var seed: UInt64 = 0

    package init(shape: Shape) { self.shape = shape }
  }

  package let options: Options
  package let context: Context
  package var progress = Progress()
  package let encoder: Learner
  package let decoder: Learner
  private let encoding: Inference
  private let decoding: Inference

  package init(_ options: Options, context: Context = .standard) throws(GenerativeError) {
    let networks = try Self.networks(options)
    self.options = options
    self.context = context
    encoder = try Learner(networks.encoder, seed: options.seed, context: context)
    decoder = try Learner(networks.decoder, seed: options.seed, context: context)
    encoding = Inference(networks.encoder, context: context)
    decoding = Inference(networks.decoder, context: context)
  }

  private static func networks(
    _ options: Options
  ) throws(GenerativeError) -> (encoder: Network, decoder: Network) {
    // One layer gives both: the first half of its output is μ, the second ln σ².
    let encoder = DenseStack(
      input: options.shape, hidden: options.hidden, output: Shape(features: 2 * options.latentSize),
      activation: options.activation, outputActivation: .identity, weights: options.weights,
      dropout: options.dropout)
    // A Bernoulli decoder gives logits; `decode` applies the sigmoid.
    let decoder = DenseStack(
      input: Shape(features: options.latentSize),
      hidden: options.decoderHidden ?? options.hidden.reversed(), output: options.shape,
      activation: options.activation,
      outputActivation: options.likelihood == .bernoulli ? .identity : options.outputActivation,
      weights: options.weights, dropout: options.dropout)
    var layers = decoder.layers
    if options.likelihood == .gaussian(variance: nil) { layers.append(SharedVariance(options.shape)) }
    return (try Network("encoder", encoder.layers), try Network("decoder", layers))
  }

  package static func plan(
    _ options: Options, rows: Int, context: Context = .standard
  ) throws(GenerativeError) -> Plan {
    let networks = try networks(options)
    return try Plan(
      [(networks.encoder, 1, 3), (networks.decoder, 1, 3)], rows: rows,
      rowFloats: 3 * options.shape.count + 8 * options.latentSize, context: context)
  }

  /// −ln p(x|z) as a loss of the decoder's output, with the variance as it is now.
  var reconstructionLoss: ReconstructionLoss {
    switch options.likelihood {
    case .bernoulli: .crossEntropy
    case .gaussian(let variance?): .gaussian(variance: variance)
    case .gaussian(nil): .gaussian(variance: SharedVariance.variance(decoder))
    }
  }

  /// Trained numbers.
  package var parameterCount: Int { encoder.network.parameterCount + decoder.network.parameterCount }

  // MARK: - Inference

  /// mean, logVariance ← μ(x), ln σ²(x), each rows × latent; either may be nil.
  package func encode(
    _ x: UnsafePointer<Float>, rows: Int, mean: UnsafeMutablePointer<Float>?,
    logVariance: UnsafeMutablePointer<Float>?
  ) throws(GenerativeError) {
    let latent = options.latentSize
    try encoding.run(x, rows: rows, encoder.weights) { output, first, count in
      for row in 0..<count {
        let moments = output + row * 2 * latent
        let target = (first + row) * latent
        if let mean { (mean + target).update(from: moments, count: latent) }
        if let logVariance { (logVariance + target).update(from: moments + latent, count: latent) }
      }
    }
  }

  /// z ← μ + σ·ε with ε of this seed; row i gets the same ε in any batch.
  package func encodeSample(
    _ x: UnsafePointer<Float>, rows: Int, seed: UInt64, into z: UnsafeMutablePointer<Float>
  ) throws(GenerativeError) {
    let count = rows * options.latentSize
    let noise = try Buffer<Float>(count: count, in: context.memory)
    let logVariance = try Buffer<Float>(count: count, in: context.memory)
    try encode(x, rows: rows, mean: z, logVariance: logVariance.base)
    context.fillNormal(noise.base, count: count, from: Random(seed: seed, purpose: .reparameterisation))
    let gaussian = gaussian(z, logVariance.base, deviation: logVariance.base, rows: rows)
    let matrix = Matrix(z, rows: rows, columns: options.latentSize)
    gaussian.sample(
      noise: Matrix(noise.base, rows: rows, columns: options.latentSize), into: matrix)
  }

  private func gaussian(
    _ mean: UnsafeMutablePointer<Float>, _ logVariance: UnsafeMutablePointer<Float>,
    deviation: UnsafeMutablePointer<Float>, rows: Int
  ) -> LatentGaussian {
    let latent = options.latentSize
    return LatentGaussian(
      mean: Matrix(mean, rows: rows, columns: latent),
      logVariance: Matrix(logVariance, rows: rows, columns: latent),
      deviation: Matrix(deviation, rows: rows, columns: latent))
  }

  /// x ← the mean of p(x|z), rows × shape.
  package func decode(
    _ z: UnsafePointer<Float>, rows: Int, into x: UnsafeMutablePointer<Float>
  ) throws(GenerativeError) {
    try decoding.run(z, rows: rows, decoder.weights, into: x)
    if options.likelihood == .bernoulli {
      context.activate(x, count: rows * options.shape.count, .sigmoid, into: x)
    }
  }

  /// y ← the mean of p(x|z = μ(x)), rows × shape.
  package func reconstruct(
    _ x: UnsafePointer<Float>, rows: Int, into y: UnsafeMutablePointer<Float>
  ) throws(GenerativeError) {
    try inBlocks(rows) { (z, first, count) throws(GenerativeError) in
      let offset = first * self.options.shape.count
      try self.encode(x + offset, rows: count, mean: z, logVariance: nil)
      try self.decode(z, rows: count, into: y + offset)
    }
  }

  /// x ← rows decoded from z ~ N(0, I); row i of a seed is the same in any batch.
  package func sample(
    rows: Int, seed: UInt64, into x: UnsafeMutablePointer<Float>
  ) throws(GenerativeError) {
    let latent = options.latentSize
    let random = Random(seed: seed, purpose: .latent)
    try inBlocks(rows) { (z, first, count) throws(GenerativeError) in
      self.context.fillNormal(z, count: count * latent, from: random, offset: first * latent)
      try self.decode(z, rows: count, into: x + first * self.options.shape.count)
    }
  }

  /// Decoded latents on a grid of quantiles of N(0, 1) (Kingma & Welling 2014, figure 4).
  ///
  /// `latentX` runs along columns and `latentY` down rows; the other latents are 0.
  package func manifold(
    latentX: Int, latentY: Int, gridRows: Int, gridColumns: Int, into x: UnsafeMutablePointer<Float>
  ) throws(GenerativeError) {
    let latent = options.latentSize
    try inBlocks(gridRows * gridColumns) { (z, first, count) throws(GenerativeError) in
      z.update(repeating: 0, count: count * latent)
      for row in 0..<count {
        let (y, x) = (first + row).quotientAndRemainder(dividingBy: gridColumns)
        z[row * latent + latentX] = Float(normalQuantile((Double(x) + 0.5) / Double(gridColumns)))
        z[row * latent + latentY] = Float(normalQuantile((Double(y) + 0.5) / Double(gridRows)))
      }
      try self.decode(z, rows: count, into: x + first * self.options.shape.count)
    }
  }

  /// The two terms of the bound of each row, in nats: ln p(x) ≥ −(reconstruction + kl).
  ///
  /// The reconstruction is averaged over `samples` latents of each row; either output may be nil.
  package func bound(
    _ x: UnsafePointer<Float>, rows: Int, samples: Int, seed: UInt64,
    reconstruction: UnsafeMutablePointer<Double>?, divergence: UnsafeMutablePointer<Double>?
  ) throws(GenerativeError) {
    let (latent, width) = (options.latentSize, options.shape.count)
    let block = min(rows, Inference.blockRows)
    let moments = try Buffer<Float>(count: 4 * block * latent, in: context.memory)
    let losses = try Buffer<Float>(count: block, in: context.memory)
    let (mean, logVariance) = (moments.base, moments.base + block * latent)
    let (deviation, noise) = (logVariance + block * latent, logVariance + 2 * block * latent)
    try inBlocks(rows) { (z, first, count) throws(GenerativeError) in
      let x = x + first * width
      try self.encode(x, rows: count, mean: mean, logVariance: logVariance)
      let gaussian = self.gaussian(mean, logVariance, deviation: deviation, rows: count)
      if let divergence {
        gaussian.divergence(losses: losses.base)
        for row in 0..<count { divergence[first + row] = Double(losses.base[row]) }
      }
      guard let reconstruction else { return }
      (reconstruction + first).update(repeating: 0, count: count)
      for sample in 0..<samples {
        let random = Random(seed: seed, purpose: .evaluation, step: UInt64(sample))
        self.context.fillNormal(noise, count: count * latent, from: random, offset: first * latent)
        gaussian.sample(
          noise: Matrix(noise, rows: count, columns: latent), into: Matrix(z, rows: count, columns: latent))
        try self.decoding.run(z, rows: count, self.decoder.weights) { output, from, rows in
          self.reconstructionLoss.evaluate(
            Matrix(output, rows: rows, columns: width),
            targets: Matrix(reading: x + from * width, rows: rows, columns: width),
            losses: losses.base + from, context: self.context)
        }
        for row in 0..<count {
          reconstruction[first + row] += Double(losses.base[row]) / Double(samples)
        }
      }
    }
  }

  /// Calls `body` with room for a block's latents, its first row and its rows.
  private func inBlocks(
    _ rows: Int,
    _ body: (UnsafeMutablePointer<Float>, Int, Int) throws(GenerativeError) -> Void
  ) throws(GenerativeError) {
    let block = min(rows, Inference.blockRows)
    let z = try Buffer<Float>(count: block * options.latentSize, in: context.memory)
    var first = 0
    while first < rows {
      let count = min(block, rows - first)
      try body(z.base, first, count)
      first += count
    }
  }
}
