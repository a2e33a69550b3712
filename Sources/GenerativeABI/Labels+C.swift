import CGenerative
import Models
import Networks
import Tensors

// The functions of conditional models: those of their sections, with labels.

@c @implementation public func gen_vae_encode_given(
  _ vae: OpaquePointer?, _ rows: UnsafePointer<Float>?, _ labels: UnsafePointer<Int32>?, _ n_rows: Int64,
  _ mean_out: UnsafeMutablePointer<Float>?, _ log_variance_out: UnsafeMutablePointer<Float>?
) -> gen_status {
  given(vae, labels, n_rows) { (model: VAE, labels, n) throws(GenerativeError) in
    let latent = model.options.latentSize
    if mean_out != nil { _ = try checkOutput("mean_out", mean_out, n, latent) }
    if log_variance_out != nil { _ = try checkOutput("log_variance_out", log_variance_out, n, latent) }
    try model.encode(
      try checkModelInput("rows", rows, n, model.options.shape.count, model.context), rows: n, given: labels,
      mean: mean_out, logVariance: log_variance_out)
  }
}

@c @implementation public func gen_vae_decode_given(
  _ vae: OpaquePointer?, _ latents: UnsafePointer<Float>?, _ labels: UnsafePointer<Int32>?,
  _ n_rows: Int64, _ rows_out: UnsafeMutablePointer<Float>?
) -> gen_status {
  given(vae, labels, n_rows) { (model: VAE, labels, n) throws(GenerativeError) in
    try model.decode(
      try checkModelInput("latents", latents, n, model.options.latentSize, model.context), rows: n,
      given: labels, into: try checkOutput("rows_out", rows_out, n, model.options.shape.count))
  }
}

@c @implementation public func gen_vae_reconstruct_given(
  _ vae: OpaquePointer?, _ rows: UnsafePointer<Float>?, _ labels: UnsafePointer<Int32>?, _ n_rows: Int64,
  _ rows_out: UnsafeMutablePointer<Float>?
) -> gen_status {
  given(vae, labels, n_rows) { (model: VAE, labels, n) throws(GenerativeError) in
    let width = model.options.shape.count
    try model.reconstruct(
      try checkModelInput("rows", rows, n, width, model.context), rows: n, given: labels,
      into: try checkOutput("rows_out", rows_out, n, width))
  }
}

@c @implementation public func gen_vae_sample_given(
  _ vae: OpaquePointer?, _ labels: UnsafePointer<Int32>?, _ n_rows: Int64, _ seed: UInt64,
  _ rows_out: UnsafeMutablePointer<Float>?
) -> gen_status {
  given(vae, labels, n_rows) { (model: VAE, labels, n) throws(GenerativeError) in
    try model.sample(
      rows: n, seed: seed, given: labels,
      into: try checkOutput("rows_out", rows_out, n, model.options.shape.count))
  }
}

@c @implementation public func gen_vae_elbo_given(
  _ vae: OpaquePointer?, _ rows: UnsafePointer<Float>?, _ labels: UnsafePointer<Int32>?, _ n_rows: Int64,
  _ n_samples: Int64, _ seed: UInt64, _ reconstruction_out: UnsafeMutablePointer<Double>?,
  _ kl_out: UnsafeMutablePointer<Double>?
) -> gen_status {
  given(vae, labels, n_rows) { (model: VAE, labels, n) throws(GenerativeError) in
    let samples = try checkRange("n_samples", n_samples, 1...1_000_000)
    if reconstruction_out != nil { _ = try checkOutput("reconstruction_out", reconstruction_out, n, 1) }
    if kl_out != nil { _ = try checkOutput("kl_out", kl_out, n, 1) }
    try model.bound(
      try checkModelInput("rows", rows, n, model.options.shape.count, model.context), rows: n,
      samples: samples, seed: seed, given: labels, reconstruction: reconstruction_out, divergence: kl_out)
  }
}

@c @implementation public func gen_vae_log_likelihood_given(
  _ vae: OpaquePointer?, _ rows: UnsafePointer<Float>?, _ labels: UnsafePointer<Int32>?, _ n_rows: Int64,
  _ n_samples: Int64, _ seed: UInt64, _ likelihood_out: UnsafeMutablePointer<Double>?
) -> gen_status {
  given(vae, labels, n_rows) { (model: VAE, labels, n) throws(GenerativeError) in
    try model.logLikelihood(
      try checkModelInput("rows", rows, n, model.options.shape.count, model.context), rows: n,
      samples: try checkRange("n_samples", n_samples, 1...1_000_000), seed: seed, given: labels,
      into: try checkOutput("likelihood_out", likelihood_out, n, 1))
  }
}

@c @implementation public func gen_gan_sample_given(
  _ gan: OpaquePointer?, _ labels: UnsafePointer<Int32>?, _ n_rows: Int64, _ seed: UInt64,
  _ rows_out: UnsafeMutablePointer<Float>?
) -> gen_status {
  given(gan, labels, n_rows) { (model: GAN, labels, n) throws(GenerativeError) in
    try model.sample(
      rows: n, seed: seed, given: labels,
      into: try checkOutput("rows_out", rows_out, n, model.options.shape.count))
  }
}

@c @implementation public func gen_gan_generate_given(
  _ gan: OpaquePointer?, _ latents: UnsafePointer<Float>?, _ labels: UnsafePointer<Int32>?,
  _ n_rows: Int64, _ generator: Int32, _ rows_out: UnsafeMutablePointer<Float>?
) -> gen_status {
  given(gan, labels, n_rows) { (model: GAN, labels, n) throws(GenerativeError) in
    let which: GAN.Generator = try checkChoice("generator", generator, [.average, .last])
    try model.generate(
      try checkModelInput("latents", latents, n, model.options.latentSize, model.context), rows: n,
      given: labels, by: which, into: try checkOutput("rows_out", rows_out, n, model.options.shape.count))
  }
}

@c @implementation public func gen_gan_discriminate_given(
  _ gan: OpaquePointer?, _ rows: UnsafePointer<Float>?, _ labels: UnsafePointer<Int32>?, _ n_rows: Int64,
  _ probability_out: UnsafeMutablePointer<Float>?
) -> gen_status {
  given(gan, labels, n_rows) { (model: GAN, labels, n) throws(GenerativeError) in
    try model.discriminate(
      try checkModelInput("rows", rows, n, model.options.shape.count, model.context), rows: n, given: labels,
      into: try checkOutput("probability_out", probability_out, n, 1))
  }
}

/// A model of classes.
private protocol Conditional: HandleObject {
  var classCount: Int { get }
}

extension VAE: Conditional {
  fileprivate var classCount: Int { options.classCount }
}

extension GAN: Conditional {
  fileprivate var classCount: Int { options.classCount }
}

/// Calls `body` with the model behind a handle, checked labels and the number of rows.
private func given<Model: Conditional>(
  _ model: OpaquePointer?, _ labels: UnsafePointer<Int32>?, _ n_rows: Int64,
  _ body: (Model, UnsafePointer<Int32>, Int) throws(GenerativeError) -> Void
) -> gen_status {
  boundary { () throws(GenerativeError) in
    try Handles.shared.reading(model) { (model: Model) throws(GenerativeError) in
      let n = try checkRowCount(n_rows)
      try body(model, try checkLabels(labels, n, classCount: model.classCount), n)
    }
  }
}
