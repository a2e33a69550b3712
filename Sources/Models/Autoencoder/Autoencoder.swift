import Checkpoints
import Datasets
import Networks
import Tensors
import Training

/// An autoencoder: an encoder f to a small latent and a decoder g back, trained so that g(f(x)) ≈ x (Hinton &
/// Salakhutdinov, "Reducing the dimensionality of data with neural networks", Science 2006).
///
/// With a corruption c it is trained so that g(f(c(x))) ≈ x: a denoising autoencoder (Vincent et al. 2008). A
/// sparse autoencoder adds a penalty on the latents to the loss. A contractive autoencoder (Rifai et al.
/// 2011) adds a penalty on their derivatives with respect to the row.
package final class Autoencoder: @unchecked Sendable {
  package struct Options: Sendable, Equatable {
    /// Encoder and decoder, without classes. Its members can be accessed like those of the options.
    package var stack: MirroredStack
    /// Skip connections from the encoder's levels to the decoder's, in the convolutional architecture. The
    /// model is then a restorer of images without latents, whose bottleneck has `latentSize` outputs.
    package var hasSkips = false
    package var latentActivation = Activation.identity
    /// nil: identity for standardized rows, otherwise sigmoid.
    var givenOutput: Activation?
    package var loss = ReconstructionLoss.squaredError
    package var corruption = Corruption.none
    /// The penalty that keeps most latents small.
    package var sparsity: SparsityPenalty?
    /// λ of the penalty λ ‖∂h/∂x‖²_F, where h is the latent. It makes h change little with the row.
    package var contraction: Float = 0
    /// Whether the decoder uses the encoder's weights, transposed.
    package var isTied = false
    package var seed: UInt64 = 0

    package init(shape: Shape, architecture: Architecture = .dense) {
      stack = MirroredStack(
        shape: shape, architecture: architecture, latentSize: 32,
        hidden: architecture == .dense ? [512, 256] : [256], activation: .silu)
    }
  }

  package var asked: Options
  package private(set) var options: Options
  package let context: Context
  package var progress = Progress()
  package var record: FitRecord?
  package var preparation: Preparation?
  package var names = ModelNames()
  package var calibration = Calibration()
  /// Whether it was last fitted to rows with targets.
  package internal(set) var isPaired = false
  package private(set) var encoder: Learner
  package private(set) var decoder: Learner
  private var encoding: Inference
  private var decoding: Inference

  package init(_ options: Options, context: Context = .standard) throws(GenerativeError) {
    (asked, self.options, self.context) = (options, options, context)
    (encoder, decoder, encoding, decoding) = try Self.parts(options, context)
  }

  package func rebuild(_ options: Options) throws(GenerativeError) {
    if !options.hasNetworks(of: self.options) {
      (encoder, decoder, encoding, decoding) = try Self.parts(options, context)
    }
    self.options = options
  }

  private static func parts(
    _ options: Options, _ context: Context
  ) throws(GenerativeError) -> (Learner, Learner, Inference, Inference) {
    let networks = try networks(options)
    let folds = options.architecture == .convolutional
    let encoder = try Learner(networks.encoder, seed: options.seed, context: context)
    return (
      encoder,
      try Learner(
        networks.decoder, seed: options.seed, tiedTo: options.isTied ? encoder : nil, context: context),
      Inference(networks.encoder, folds: folds, context: context),
      Inference(networks.decoder, folds: folds, context: context)
    )
  }

  private static func networks(
    _ options: Options
  ) throws(GenerativeError) -> (encoder: Network, decoder: Network) {
    // Cross-entropy is computed from logits; `decode` applies the sigmoid.
    let outputActivation = options.loss == .crossEntropy ? .identity : options.outputActivation
    if options.hasSkips {
      try checkSkips(options)
      let skips = SkipStack(
        levels: try options.stack.convolutions(), baseChannels: options.convolution.baseChannels,
        activation: options.activation, weights: options.weights, bottleneck: options.latentSize)
      return (
        try Network("encoder", try skips.trunk(), precision: options.stack.precision),
        try Network("decoder", try skips.head(outputActivation), precision: options.stack.precision)
      )
    }
    try checkPenalties(options)
    let encoder = try Network(
      "encoder", options.stack.encoder(options.latentSize, options.latentActivation),
      precision: options.stack.precision)
    return (
      encoder,
      try Network(
        "decoder", options.stack.decoder(outputActivation, tiedTo: options.isTied ? encoder : nil),
        precision: options.stack.precision)
    )
  }

  /// Rejects penalties and ties that the networks do not support.
  private static func checkPenalties(_ options: Options) throws(GenerativeError) {
    if case .divergence = options.sparsity, options.latentActivation != .sigmoid {
      throw GenerativeError(.argument, "sparsity kl needs latent_activation sigmoid")
    }
    for (name, isAsked) in [("tied", options.isTied), ("contraction", options.contraction > 0)] {
      if isAsked, options.architecture != .dense {
        throw GenerativeError(.argument, "\(name) needs architecture dense")
      }
    }
    if options.isTied, let widths = options.decoderHidden, widths != options.hidden.reversed() {
      throw GenerativeError(.argument, "tied needs a decoder_hidden that is hidden in reverse, or none")
    }
    if options.contraction > 0, options.dropout > 0 {
      throw GenerativeError(.argument, "contraction needs an encoder without dropout")
    }
  }

  /// Rejects options that a stack with skips does not support.
  private static func checkSkips(_ options: Options) throws(GenerativeError) {
    guard options.architecture == .convolutional else {
      throw GenerativeError(.argument, "skips need architecture convolutional")
    }
    let others = [
      ("hidden", options.hidden.isEmpty), ("decoder_hidden", options.decoderHidden?.isEmpty ?? true),
      ("batch_norm", !options.isNormalized), ("pixel_bias", !options.hasPixelBias),
      ("dropout", options.dropout == 0), ("bias false", options.hasBias),
      ("latent_activation", options.latentActivation == .identity), ("sparsity", options.sparsity == nil),
      ("contraction", options.contraction == 0), ("tied", !options.isTied),
    ]
    if let other = others.first(where: { !$0.1 })?.0 {
      throw GenerativeError(.argument, "\(other) does not apply to an autoencoder with skips")
    }
  }

  package static func plan(
    _ options: Options, rows: Int, context: Context = .standard
  ) throws(GenerativeError) -> Plan {
    let networks = try networks(options)
    var encoder = Plan.Trainee(network: networks.encoder)
    var rowFloats = 4 * options.shape.count + networks.decoder.input.count
    if options.contraction > 0 {
      encoder.passes += JacobianPenalty.passCount(networks.encoder)
      rowFloats += JacobianPenalty.rowFloats(networks.encoder)
    }
    return try Plan(
      [encoder, Plan.Trainee(network: networks.decoder)], rows: rows, rowFloats: rowFloats, context: context)
  }

  /// The number of trainable parameters.
  package var parameterCount: Int { encoder.network.parameterCount + decoder.network.parameterCount }

  package var learners: [Learner] { [encoder, decoder] }

  package func weightsChange() {
    encoding.weightsChange()
    decoding.weightsChange()
  }

  // MARK: - Inference

  /// z ← f(x), rows × latent.
  package func encode(
    _ x: UnsafePointer<Float>, rows: Int, into z: UnsafeMutablePointer<Float>
  ) throws(GenerativeError) {
    try requireLatents()
    try withPrepared(x, rows: rows) { x throws(GenerativeError) in
      try encoding.run(x, rows: rows, encoder.weights, into: z)
    }
  }

  /// x ← g(z), rows × shape.
  package func decode(
    _ z: UnsafePointer<Float>, rows: Int, into x: UnsafeMutablePointer<Float>
  ) throws(GenerativeError) {
    try requireLatents()
    try decodeInside(z, rows: rows, into: x)
    preparation?.undo(x, rows: rows, into: x)
  }

  func requireLatents() throws(GenerativeError) {
    if options.hasSkips {
      throw GenerativeError(.state, "an autoencoder with skips has no latents: it only reconstructs")
    }
  }

  private func decodeInside(
    _ z: UnsafePointer<Float>, rows: Int, into x: UnsafeMutablePointer<Float>
  ) throws(GenerativeError) {
    try decoding.run(z, rows: rows, decoder.weights, into: x)
    if options.loss == .crossEntropy {
      context.activate(x, count: rows * options.shape.count, .sigmoid, into: x)
    }
  }

  /// y ← g(f(x)), rows × shape.
  package func reconstruct(
    _ x: UnsafePointer<Float>, rows: Int, into y: UnsafeMutablePointer<Float>
  ) throws(GenerativeError) {
    try withPrepared(x, rows: rows) { x throws(GenerativeError) in
      try reconstructPrepared(x, rows: rows, into: y)
    }
    preparation?.undo(y, rows: rows, into: y)
  }

  /// `reconstruct` for prepared rows. The output is prepared too.
  func reconstructPrepared(
    _ x: UnsafePointer<Float>, rows: Int, into y: UnsafeMutablePointer<Float>
  ) throws(GenerativeError) {
    let width = options.shape.count
    try decoding.inBlocks(rows, of: decoder.network.input.count) {
      (z, first, count) throws(GenerativeError) in
      try self.encoding.run(x + first * width, rows: count, self.encoder.weights, into: z)
      try self.decodeInside(z, rows: count, into: y + first * width)
    }
  }
}

extension Autoencoder: TabledModel {
  package static let kind = "autoencoder"
}

// Whether the fit had targets is saved with the calibration.
extension Autoencoder {
  package func addAttachments(to checkpoint: inout Checkpoint) throws(GenerativeError) {
    try calibration.add(to: &checkpoint)
    if isPaired { try checkpoint.setOption("paired", true) }
  }

  package func attachments(in checkpoint: Checkpoint) throws(GenerativeError) -> () -> Void {
    let calibration = try Calibration(checkpoint, in: context) { () throws(GenerativeError) in
      self.options.latentSize
    }
    let isPaired = checkpoint.optionText("paired") == "true"
    return {
      self.calibration = calibration
      self.isPaired = isPaired
    }
  }
}
