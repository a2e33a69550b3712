import CGenerative
import Models
import Networks
import Tensors
import Training

extension VAE.Options {
  init(_ o: gen_vae_options) throws(GenerativeError) {
    self.init(
      shape: try checkShape(o.height, o.width, o.channels),
      architecture: try checkArchitecture(o.architecture))
    stack.convolution = try checkConvolution(
      o.depth, o.base_channels, stack.architecture, default: stack.convolution)
    stack.classCount = try checkClassCount(o.n_classes)
    stack.isNormalized = try checkNormalization(o.batch_norm, stack.architecture)
    stack.hasPixelBias = try checkFlag("pixel_bias", o.pixel_bias)
    stack.latentSize = try checkLatentSize(o.latent_size, default: stack.latentSize)
    stack.hidden = try checkWidths("hidden", o.hidden, "n_hidden", o.n_hidden, default: stack.hidden)
    stack.decoderHidden = try checkWidths(
      "decoder_hidden", o.decoder_hidden, "n_decoder_hidden", o.n_decoder_hidden, default: stack.decoderHidden
    )
    stack.activation = try checkActivation("activation", o.activation, default: stack.activation)
    let variance = try checkRange("variance", o.variance, 0...1e30)
    likelihood = try checkChoice(
      "likelihood", o.likelihood,
      [.bernoulli, .gaussian(variance: variance == 0 ? nil : Float(max(variance, 1e-30)))])
    outputActivation = try checkOutputActivation(
      o.output_activation,
      allowed: [(GEN_ACTIVATION_IDENTITY, .identity), (GEN_ACTIVATION_SIGMOID, .sigmoid)],
      default: outputActivation)
    binarizes = try checkFlag("binarize", o.binarize)
    if likelihood == .bernoulli, outputActivation != .sigmoid {
      throw GenerativeError(.argument, "likelihood bernoulli needs output_activation sigmoid")
    }
    if likelihood != .bernoulli, binarizes {
      throw GenerativeError(.argument, "binarize needs likelihood bernoulli")
    }
    reconstructionWeight = Float(
      try checkPositive("reconstruction_weight", o.reconstruction_weight, default: 1))
    beta =
      o.beta < 0 && o.beta.isFinite ? 0 : Float(try checkPositive("beta", o.beta, default: 1))
    let epochs = try checkRange("kl_epochs", orDefault(o.kl_epochs, 10), 1e-6...1e6)
    annealing = try checkChoice(
      "kl_schedule", o.kl_schedule, [.constant, .linear(epochs: epochs), .cyclic(epochs: epochs)])
    importanceSamples = try checkRange(
      "importance_samples", orDefault(o.importance_samples, 1), 1...VAE.sampleLimit)
    stack.weights = try checkWeightRule(o.initializer)
    stack.dropout = try checkShare("dropout", o.dropout)
    seed = o.seed
  }
}

@c @implementation public func gen_vae_options_init(
  _ options: UnsafeMutablePointer<gen_vae_options>?, _ struct_size: UInt32
) -> gen_status {
  boundary { () throws(GenerativeError) in
    var o = gen_vae_options()
    (o.height, o.width, o.channels) = (1, 1, 1)
    o.latent_size = 20
    // The activation stays 0, "the default", which differs from architecture to architecture.
    o.output_activation = Int32(GEN_ACTIVATION_SIGMOID)
    o.reconstruction_weight = 1
    o.beta = 1
    o.kl_epochs = 10
    try o.write(to: options, size: struct_size)
  }
}

@c @implementation public func gen_vae_create(
  _ options: UnsafePointer<gen_vae_options>?, _ vae_out: UnsafeMutablePointer<OpaquePointer?>?
) -> gen_status {
  create(vae_out) { () throws(GenerativeError) in
    let o = try gen_vae_options(reading: options)
    return try VAE(try VAE.Options(o), context: try resolve(o.context))
  }
}

@c @implementation public func gen_vae_encode(
  _ vae: OpaquePointer?, _ rows: UnsafePointer<Float>?, _ labels: UnsafePointer<Int32>?, _ n_rows: Int64,
  _ mean_out: UnsafeMutablePointer<Float>?, _ log_variance_out: UnsafeMutablePointer<Float>?
) -> gen_status {
  withRows(vae, n_rows, given: labels) { (model: VAE, n, labels) throws(GenerativeError) in
    let latent = model.options.latentSize
    if mean_out != nil { _ = try checkOutput("mean_out", mean_out, n, latent) }
    if log_variance_out != nil { _ = try checkOutput("log_variance_out", log_variance_out, n, latent) }
    try model.encode(
      try checkModelInput("rows", rows, n, model.options.shape.count, model.context), rows: n, given: labels,
      mean: mean_out, logVariance: log_variance_out)
  }
}

@c @implementation public func gen_vae_encode_sample(
  _ vae: OpaquePointer?, _ rows: UnsafePointer<Float>?, _ labels: UnsafePointer<Int32>?, _ n_rows: Int64,
  _ seed: UInt64, _ latents_out: UnsafeMutablePointer<Float>?
) -> gen_status {
  withRows(vae, n_rows, given: labels) { (model: VAE, n, labels) throws(GenerativeError) in
    try model.encodeSample(
      try checkModelInput("rows", rows, n, model.options.shape.count, model.context), rows: n, seed: seed,
      given: labels, into: try checkOutput("latents_out", latents_out, n, model.options.latentSize))
  }
}

@c @implementation public func gen_vae_decode(
  _ vae: OpaquePointer?, _ latents: UnsafePointer<Float>?, _ labels: UnsafePointer<Int32>?,
  _ n_rows: Int64, _ rows_out: UnsafeMutablePointer<Float>?
) -> gen_status {
  withRows(vae, n_rows, given: labels) { (model: VAE, n, labels) throws(GenerativeError) in
    try model.decode(
      try checkModelInput("latents", latents, n, model.options.latentSize, model.context), rows: n,
      given: labels, into: try checkOutput("rows_out", rows_out, n, model.options.shape.count))
  }
}

@c @implementation public func gen_vae_sample(
  _ vae: OpaquePointer?, _ labels: UnsafePointer<Int32>?, _ n_rows: Int64, _ seed: UInt64,
  _ rows_out: UnsafeMutablePointer<Float>?
) -> gen_status {
  withRows(vae, n_rows, given: labels, canDraw: true) { (model: VAE, n, labels) throws(GenerativeError) in
    try model.sample(
      rows: n, seed: seed, given: labels,
      into: try checkOutput("rows_out", rows_out, n, model.options.shape.count))
  }
}

@c @implementation public func gen_vae_elbo(
  _ vae: OpaquePointer?, _ rows: UnsafePointer<Float>?, _ labels: UnsafePointer<Int32>?, _ n_rows: Int64,
  _ n_samples: Int64, _ seed: UInt64, _ reconstruction_out: UnsafeMutablePointer<Double>?,
  _ kl_out: UnsafeMutablePointer<Double>?
) -> gen_status {
  withRows(vae, n_rows, given: labels) { (model: VAE, n, labels) throws(GenerativeError) in
    let samples = try checkRange("n_samples", n_samples, 1...1_000_000)
    if reconstruction_out != nil { _ = try checkOutput("reconstruction_out", reconstruction_out, n, 1) }
    if kl_out != nil { _ = try checkOutput("kl_out", kl_out, n, 1) }
    try model.bound(
      try checkModelInput("rows", rows, n, model.options.shape.count, model.context), rows: n,
      samples: samples, seed: seed, given: labels, reconstruction: reconstruction_out, divergence: kl_out)
  }
}

@c @implementation public func gen_vae_log_likelihood(
  _ vae: OpaquePointer?, _ rows: UnsafePointer<Float>?, _ labels: UnsafePointer<Int32>?, _ n_rows: Int64,
  _ n_samples: Int64, _ seed: UInt64, _ likelihood_out: UnsafeMutablePointer<Double>?
) -> gen_status {
  withRows(vae, n_rows, given: labels) { (model: VAE, n, labels) throws(GenerativeError) in
    try model.logLikelihood(
      try checkModelInput("rows", rows, n, model.options.shape.count, model.context), rows: n,
      samples: try checkRange("n_samples", n_samples, 1...1_000_000), seed: seed, given: labels,
      into: try checkOutput("likelihood_out", likelihood_out, n, 1))
  }
}

@c @implementation public func gen_rows_binarize(
  _ rows: UnsafePointer<Float>?, _ n_rows: Int64, _ row_size: Int64, _ seed: UInt64,
  _ rows_out: UnsafeMutablePointer<Float>?
) -> gen_status {
  boundary { () throws(GenerativeError) in
    let n = try checkRowCount(n_rows)
    let width = try checkRange("row_size", row_size, 1...Shape.countLimit)
    try Binarization.apply(
      try checkModelInput("rows", rows, n, width, .standard), rows: n, width: width,
      into: try checkOutput("rows_out", rows_out, n, width), seed: seed, context: .standard)
  }
}

@c @implementation public func gen_vae_manifold(
  _ vae: OpaquePointer?, _ latent_x: Int64, _ latent_y: Int64, _ n_grid_rows: Int64,
  _ n_grid_columns: Int64, _ images_out: UnsafeMutablePointer<Float>?
) -> gen_status {
  boundary { () throws(GenerativeError) in
    try Handles.shared.reading(vae) { (model: VAE) throws(GenerativeError) in
      let latents = 0...(model.options.latentSize - 1)
      let x = try checkRange("latent_x", latent_x, latents)
      let y = try checkRange("latent_y", latent_y, latents)
      guard x != y else {
        throw GenerativeError(.argument, "latent_x and latent_y must differ, both are \(x)")
      }
      let gridRows = try checkRange("n_grid_rows", n_grid_rows, 1...4096)
      let gridColumns = try checkRange("n_grid_columns", n_grid_columns, 1...4096)
      try model.manifold(
        latentX: x, latentY: y, gridRows: gridRows, gridColumns: gridColumns,
        into: try checkOutput("images_out", images_out, gridRows * gridColumns, model.options.shape.count))
    }
  }
}
