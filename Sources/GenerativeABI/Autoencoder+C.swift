import CGenerative
import Models
import Networks
import Tensors
import Training

extension Autoencoder.Options {
  init(_ o: gen_autoencoder_options) throws(GenerativeError) {
    self.init(
      shape: try checkShape(o.height, o.width, o.channels),
      architecture: try checkArchitecture(o.architecture))
    stack.convolution = try checkConvolution(
      o.depth, o.base_channels, stack.architecture, default: stack.convolution)
    stack.isNormalized = try checkNormalization(o.batch_norm, stack.architecture)
    stack.hasPixelBias = try checkFlag("pixel_bias", o.pixel_bias)
    hasSkips = try checkFlag("skips", o.skips)
    stack.latentSize = try checkLatentSize(o.latent_size, default: stack.latentSize)
    stack.hidden = try checkWidths(
      "hidden", o.hidden, "n_hidden", o.n_hidden, default: hasSkips ? [] : stack.hidden)
    stack.decoderHidden = try checkWidths(
      "decoder_hidden", o.decoder_hidden, "n_decoder_hidden", o.n_decoder_hidden, default: stack.decoderHidden
    )
    stack.activation = try checkActivation("activation", o.activation, default: stack.activation)
    latentActivation = try checkActivation(
      "latent_activation", o.latent_activation, default: latentActivation)
    outputActivation = try checkOutputActivation(
      o.output_activation,
      allowed: [(GEN_ACTIVATION_IDENTITY, .identity), (GEN_ACTIVATION_SIGMOID, .sigmoid)],
      default: outputActivation)
    stack.hasBias = !(try checkFlag("no_bias", o.no_bias))
    loss = try checkChoice("loss", o.loss, [.squaredError, .crossEntropy, .logSquaredError])
    if loss == .crossEntropy, outputActivation != .sigmoid {
      throw GenerativeError(.argument, "loss cross_entropy needs output_activation sigmoid")
    }
    corruption = try Corruption(o.corruption, o.corruption_amount)
    sparsity = try Self.sparsity(o)
    contraction = Float(try checkRange("contraction", o.contraction, 0...1e30))
    isTied = try checkFlag("tied", o.tied)
    stack.weights = try checkWeightRule(o.initializer)
    stack.dropout = try checkShare("dropout", o.dropout)
    seed = o.seed
  }

  private static func sparsity(_ o: gen_autoencoder_options) throws(GenerativeError) -> SparsityPenalty? {
    let kind = try checkRange("sparsity", o.sparsity, 0...2)
    let weight = Float(try checkPositive("sparsity_weight", o.sparsity_weight, default: 0.1))
    let target = try checkRange("sparsity_target", orDefault(o.sparsity_target, 0.05), 0...1)
    guard SparsityPenalty.targets.contains(Float(target)) else {
      throw GenerativeError(.argument, "sparsity_target must be above 0 and below 1, not \(target)")
    }
    switch kind {
    case GEN_SPARSITY_L1: return .absolute(weight: weight)
    case GEN_SPARSITY_KL: return .divergence(weight: weight, target: Float(target))
    default: return nil
    }
  }
}

extension Corruption {
  init(_ kind: Int32, _ amount: Double) throws(GenerativeError) {
    let kind = try checkRange("corruption", kind, 0...3)
    guard kind != GEN_CORRUPTION_NONE else {
      self = .none
      return
    }
    if kind == GEN_CORRUPTION_GAUSSIAN {
      self = .gaussian(
        deviation: Float(try checkPositive("corruption_amount", amount, default: 0.5, atMost: 10)))
      return
    }
    let share = try checkShare("corruption_amount", orDefault(amount, 0.3))
    self = kind == GEN_CORRUPTION_MASKING ? .masking(share: share) : .saltAndPepper(share: share)
  }
}

@c @implementation public func gen_autoencoder_options_init(
  _ options: UnsafeMutablePointer<gen_autoencoder_options>?, _ struct_size: UInt32
) -> gen_status {
  boundary { () throws(GenerativeError) in
    var o = gen_autoencoder_options()
    (o.height, o.width, o.channels) = (1, 1, 1)
    o.latent_size = 32
    o.activation = Int32(GEN_ACTIVATION_SILU)
    o.latent_activation = Int32(GEN_ACTIVATION_IDENTITY)
    o.output_activation = Int32(GEN_ACTIVATION_SIGMOID)
    try o.write(to: options, size: struct_size)
  }
}

@c @implementation public func gen_autoencoder_create(
  _ options: UnsafePointer<gen_autoencoder_options>?,
  _ autoencoder_out: UnsafeMutablePointer<OpaquePointer?>?
) -> gen_status {
  create(autoencoder_out) { () throws(GenerativeError) in
    let o = try gen_autoencoder_options(reading: options)
    return try Autoencoder(try Autoencoder.Options(o), context: try resolve(o.context))
  }
}

@c @implementation public func gen_autoencoder_encode(
  _ autoencoder: OpaquePointer?, _ rows: UnsafePointer<Float>?, _ n_rows: Int64,
  _ latents_out: UnsafeMutablePointer<Float>?
) -> gen_status {
  boundary { () throws(GenerativeError) in
    try Handles.shared.reading(autoencoder) { (model: Autoencoder) throws(GenerativeError) in
      let n = try checkRowCount(n_rows)
      try model.encode(
        try checkModelInput("rows", rows, n, model.options.shape.count, model.context), rows: n,
        into: try checkOutput("latents_out", latents_out, n, model.options.latentSize))
    }
  }
}

@c @implementation public func gen_autoencoder_decode(
  _ autoencoder: OpaquePointer?, _ latents: UnsafePointer<Float>?, _ n_rows: Int64,
  _ rows_out: UnsafeMutablePointer<Float>?
) -> gen_status {
  boundary { () throws(GenerativeError) in
    try Handles.shared.reading(autoencoder) { (model: Autoencoder) throws(GenerativeError) in
      let n = try checkRowCount(n_rows)
      try model.decode(
        try checkModelInput("latents", latents, n, model.options.latentSize, model.context), rows: n,
        into: try checkOutput("rows_out", rows_out, n, model.options.shape.count))
    }
  }
}

@c @implementation public func gen_autoencoder_denoise(
  _ autoencoder: OpaquePointer?, _ rows: UnsafePointer<Float>?, _ n_rows: Int64,
  _ rows_out: UnsafeMutablePointer<Float>?
) -> gen_status {
  boundary { () throws(GenerativeError) in
    try Handles.shared.reading(autoencoder) { (model: Autoencoder) throws(GenerativeError) in
      guard model.options.corruption != .none else {
        throw GenerativeError(.state, "autoencoder was made without a corruption: it does not denoise")
      }
      let (n, width) = (try checkRowCount(n_rows), model.options.shape.count)
      try model.reconstruct(
        try checkModelInput("rows", rows, n, width, model.context), rows: n,
        into: try checkOutput("rows_out", rows_out, n, width))
    }
  }
}

@c @implementation public func gen_autoencoder_jacobian_norm(
  _ autoencoder: OpaquePointer?, _ rows: UnsafePointer<Float>?, _ n_rows: Int64,
  _ norms_out: UnsafeMutablePointer<Double>?
) -> gen_status {
  boundary { () throws(GenerativeError) in
    try Handles.shared.reading(autoencoder) { (model: Autoencoder) throws(GenerativeError) in
      let n = try checkRowCount(n_rows)
      try model.jacobianNorms(
        try checkModelInput("rows", rows, n, model.options.shape.count, model.context), rows: n,
        into: try checkOutput("norms_out", norms_out, n, 1))
    }
  }
}

@c @implementation public func gen_rows_corrupt(
  _ rows: UnsafePointer<Float>?, _ n_rows: Int64, _ row_size: Int64, _ corruption: Int32,
  _ amount: Double, _ seed: UInt64, _ rows_out: UnsafeMutablePointer<Float>?
) -> gen_status {
  boundary { () throws(GenerativeError) in
    let n = try checkRowCount(n_rows)
    let width = try checkRange("row_size", row_size, 1...Shape.countLimit)
    let x = try checkModelInput("rows", rows, n, width, .standard)
    try Corruption(corruption, amount).apply(
      x, rows: n, width: width, into: try checkOutput("rows_out", rows_out, n, width), seed: seed,
      context: .standard)
  }
}
