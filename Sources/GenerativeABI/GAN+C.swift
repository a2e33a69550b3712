import CGenerative
import Models
import Networks
import Tensors
import Training

extension GAN.Options {
  init(_ o: gen_gan_options) throws(GenerativeError) {
    self.init(
      shape: try checkShape(o.height, o.width, o.channels),
      architecture: try checkArchitecture(o.architecture))
    convolution = try checkConvolution(o.depth, o.base_channels, architecture, default: convolution)
    classCount = try checkClassCount(o.n_classes)
    latentSize = try checkLatentSize(o.latent_size, default: latentSize)
    latent = try checkChoice("latent", o.latent, [.normal, .uniform])
    generatorHidden = try checkWidths(
      "generator_hidden", o.generator_hidden, "n_generator_hidden", o.n_generator_hidden,
      default: generatorHidden)
    discriminatorHidden = try checkWidths(
      "discriminator_hidden", o.discriminator_hidden, "n_discriminator_hidden", o.n_discriminator_hidden,
      default: discriminatorHidden)
    generatorActivation = try checkActivation(
      "generator_activation", o.generator_activation, default: generatorActivation)
    discriminatorActivation = try checkActivation(
      "discriminator_activation", o.discriminator_activation, default: discriminatorActivation)
    outputActivation = try checkOutputActivation(
      o.output_activation,
      allowed: [
        (GEN_ACTIVATION_IDENTITY, .identity), (GEN_ACTIVATION_TANH, .tanh),
        (GEN_ACTIVATION_SIGMOID, .sigmoid),
      ], default: outputActivation)
    objective = try checkChoice("objective", o.objective, [.nonSaturating, .minimax])
    discriminatorSteps = try checkRange(
      "discriminator_steps", orDefault(o.discriminator_steps, 1), 1...100)
    normalizesGenerator = !(try checkFlag("no_batch_norm", o.no_batch_norm))
    hasSpectralNorm = try checkFlag("spectral_norm", o.spectral_norm)
    switch o.discriminator_batch_norm {
    case ..<0: normalizesDiscriminator = false
    case 0: normalizesDiscriminator = architecture == .convolutional && !hasSpectralNorm
    default:
      normalizesDiscriminator = try checkFlag("discriminator_batch_norm", o.discriminator_batch_norm)
    }
    if hasSpectralNorm, normalizesDiscriminator {
      throw GenerativeError(.argument, "spectral_norm and discriminator_batch_norm exclude each other")
    }
    startsAtMean = !(try checkFlag("no_mean_start", o.no_mean_start)) && architecture == .dense
    if o.initializer != GEN_INITIALIZER_DEFAULT { weights = try checkWeightRule(o.initializer) }
    labelSmoothing = Float(try checkRange("label_smoothing", o.label_smoothing, 0...0.5))
    dropout = try checkShare("dropout", o.dropout)
    inputNoise = Float(try checkRange("input_noise", o.input_noise, 0...1e6))
    if o.average_decay < 0, o.average_decay.isFinite {
      averageDecay = nil
    } else {
      let decay = try checkShare("average_decay", orDefault(o.average_decay, 0.999))
      guard decay > 0 else {
        throw GenerativeError(.argument, "average_decay must be above 0 and below 1, not \(o.average_decay)")
      }
      averageDecay = decay
    }
    seed = o.seed
  }
}

@c @implementation public func gen_gan_options_init(
  _ options: UnsafeMutablePointer<gen_gan_options>?, _ struct_size: UInt32
) -> gen_status {
  boundary { () throws(GenerativeError) in
    var o = gen_gan_options()
    (o.height, o.width, o.channels) = (1, 1, 1)
    o.generator_activation = Int32(GEN_ACTIVATION_RELU)
    o.discriminator_activation = Int32(GEN_ACTIVATION_LEAKY_RELU)
    o.discriminator_steps = 1
    o.average_decay = 0.999
    // Latent size and output activation stay 0, "the default", which differs from architecture to
    // architecture.
    try o.write(to: options, size: struct_size)
  }
}

@c @implementation public func gen_gan_create(
  _ options: UnsafePointer<gen_gan_options>?, _ gan_out: UnsafeMutablePointer<OpaquePointer?>?
) -> gen_status {
  create(gan_out) { () throws(GenerativeError) in
    let o = try gen_gan_options(reading: options)
    return try GAN(try GAN.Options(o), context: try resolve(o.context))
  }
}

@c @implementation public func gen_gan_sample(
  _ gan: OpaquePointer?, _ labels: UnsafePointer<Int32>?, _ n_rows: Int64, _ seed: UInt64,
  _ rows_out: UnsafeMutablePointer<Float>?
) -> gen_status {
  withRows(gan, n_rows, given: labels, canDraw: true) { (model: GAN, n, labels) throws(GenerativeError) in
    try model.sample(
      rows: n, seed: seed, given: labels,
      into: try checkOutput("rows_out", rows_out, n, model.options.shape.count))
  }
}

@c @implementation public func gen_gan_latents(
  _ gan: OpaquePointer?, _ n_rows: Int64, _ seed: UInt64, _ latents_out: UnsafeMutablePointer<Float>?
) -> gen_status {
  boundary { () throws(GenerativeError) in
    try Handles.shared.reading(gan) { (model: GAN) throws(GenerativeError) in
      let n = try checkRowCount(n_rows)
      model.latents(
        rows: n, seed: seed, into: try checkOutput("latents_out", latents_out, n, model.options.latentSize))
    }
  }
}

@c @implementation public func gen_gan_generate(
  _ gan: OpaquePointer?, _ latents: UnsafePointer<Float>?, _ labels: UnsafePointer<Int32>?,
  _ n_rows: Int64, _ generator: Int32, _ rows_out: UnsafeMutablePointer<Float>?
) -> gen_status {
  withRows(gan, n_rows, given: labels) { (model: GAN, n, labels) throws(GenerativeError) in
    let which: GAN.Generator = try checkChoice("generator", generator, [.average, .last])
    try model.generate(
      try checkModelInput("latents", latents, n, model.options.latentSize, model.context), rows: n,
      given: labels, by: which, into: try checkOutput("rows_out", rows_out, n, model.options.shape.count))
  }
}

@c @implementation public func gen_gan_discriminate(
  _ gan: OpaquePointer?, _ rows: UnsafePointer<Float>?, _ labels: UnsafePointer<Int32>?, _ n_rows: Int64,
  _ probability_out: UnsafeMutablePointer<Float>?
) -> gen_status {
  withRows(gan, n_rows, given: labels) { (model: GAN, n, labels) throws(GenerativeError) in
    try model.discriminate(
      try checkModelInput("rows", rows, n, model.options.shape.count, model.context), rows: n, given: labels,
      into: try checkOutput("probability_out", probability_out, n, 1))
  }
}
