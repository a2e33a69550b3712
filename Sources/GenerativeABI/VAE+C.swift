import CGenerative
import Models
import Networks
import Options
import Tensors
import Training

@c @implementation public func gen_vae_create(
  _ options: UnsafePointer<gen_vae_options>?, _ vae_out: UnsafeMutablePointer<OpaquePointer?>?
) -> gen_status {
  create(vae_out) { () throws(GenerativeError) in
    let (o, values) = try gen_vae_options.read(options)
    return try VAE(try VAE.Options(values), context: try resolve(o.network.context))
  }
}

@c @implementation public func gen_vae_encode(
  _ vae: OpaquePointer?, _ rows: UnsafePointer<Float>?, _ labels: UnsafePointer<Int32>?, _ n_rows: Int64,
  _ mean_out: UnsafeMutablePointer<Float>?, _ log_variance_out: UnsafeMutablePointer<Float>?
) -> gen_status {
  withRows(vae, n_rows, given: labels) { (model: VAE, n, labels) throws(GenerativeError) in
    let latent = model.options.latentSize
    try checkOptionalOutput("mean_out", mean_out, n, latent)
    try checkOptionalOutput("log_variance_out", log_variance_out, n, latent)
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

@c @implementation public func gen_vae_add_noise(
  _ vae: OpaquePointer?, _ rows: UnsafePointer<Float>?, _ n_rows: Int64, _ seed: UInt64,
  _ rows_out: UnsafeMutablePointer<Float>?
) -> gen_status {
  boundary { () throws(GenerativeError) in
    try Handles.shared.reading(vae) { (model: VAE) throws(GenerativeError) in
      let n = try checkRowCount(n_rows)
      try model.addNoise(
        try checkScoredRows(rows, n, model), rows: n, seed: seed,
        into: try checkOutput("rows_out", rows_out, n, model.options.shape.count))
    }
  }
}

@c @implementation public func gen_vae_elbo(
  _ vae: OpaquePointer?, _ rows: UnsafePointer<Float>?, _ labels: UnsafePointer<Int32>?, _ n_rows: Int64,
  _ n_samples: Int64, _ seed: UInt64, _ run: UnsafePointer<gen_run>?,
  _ reconstruction_out: UnsafeMutablePointer<Double>?,
  _ kl_out: UnsafeMutablePointer<Double>?
) -> gen_status {
  withRows(vae, n_rows, given: labels) { (model: VAE, n, labels) throws(GenerativeError) in
    let samples = try checkRange("n_samples", n_samples, 1...1_000_000)
    try checkOptionalOutput("reconstruction_out", reconstruction_out, n, 1)
    try checkOptionalOutput("kl_out", kl_out, n, 1)
    let rows = try checkScoredRows(rows, n, model)
    try following(run) { () throws(GenerativeError) in
      try model.bound(
        rows, rows: n, samples: samples, seed: seed, given: labels, reconstruction: reconstruction_out,
        divergence: kl_out)
    }
  }
}

@c @implementation public func gen_vae_log_likelihood(
  _ vae: OpaquePointer?, _ rows: UnsafePointer<Float>?, _ labels: UnsafePointer<Int32>?, _ n_rows: Int64,
  _ n_samples: Int64, _ seed: UInt64, _ run: UnsafePointer<gen_run>?,
  _ likelihood_out: UnsafeMutablePointer<Double>?
) -> gen_status {
  withRows(vae, n_rows, given: labels) { (model: VAE, n, labels) throws(GenerativeError) in
    let rows = try checkScoredRows(rows, n, model)
    let samples = try checkRange("n_samples", n_samples, 1...1_000_000)
    let likelihood = try checkOutput("likelihood_out", likelihood_out, n, 1)
    try following(run) { () throws(GenerativeError) in
      try model.logLikelihood(rows, rows: n, samples: samples, seed: seed, given: labels, into: likelihood)
    }
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
  _ vae: OpaquePointer?, _ latent_x: Int64, _ latent_y: Int64, _ labels: UnsafePointer<Int32>?,
  _ n_grid_rows: Int64, _ n_grid_columns: Int64, _ images_out: UnsafeMutablePointer<Float>?
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
      let given = try checkGiven(labels, gridRows * gridColumns, model)
      try model.manifold(
        latentX: x, latentY: y, gridRows: gridRows, gridColumns: gridColumns, given: given,
        into: try checkOutput("images_out", images_out, gridRows * gridColumns, model.options.shape.count))
    }
  }
}
