import CGenerative
import Models
import Networks
import Options
import Tensors
import Training

@c @implementation public func gen_autoencoder_create(
  _ options: UnsafePointer<gen_autoencoder_options>?,
  _ autoencoder_out: UnsafeMutablePointer<OpaquePointer?>?
) -> gen_status {
  create(autoencoder_out) { () throws(GenerativeError) in
    let (o, values) = try gen_autoencoder_options.read(options)
    return try Autoencoder(try Autoencoder.Options(values), context: try resolve(o.network.context))
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

@c @implementation public func gen_autoencoder_denoise_images(
  _ autoencoder: OpaquePointer?, _ images: UnsafePointer<Float>?, _ n_images: Int64, _ height: Int64,
  _ width: Int64, _ run: UnsafePointer<gen_run>?, _ images_out: UnsafeMutablePointer<Float>?
) -> gen_status {
  boundary(run) { () throws(GenerativeError) in
    try Handles.shared.reading(autoencoder) { (model: Autoencoder) throws(GenerativeError) in
      let n = try checkRange("n_images", n_images, 0...Int(Int32.max))
      let shape = try checkShape(height, width, Int64(model.options.shape.channels))
      try model.reconstructImages(
        try checkModelInput("images", images, n, shape.count, model.context), count: n, height: shape.height,
        width: shape.width, into: try checkOutput("images_out", images_out, n, shape.count))
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
    var options = gen_autoencoder_options.standard
    (options.corruption, options.corruption_amount) = (corruption, amount)
    try Autoencoder.Options(try options.values()).corruption.apply(
      x, rows: n, width: width, into: try checkOutput("rows_out", rows_out, n, width), seed: seed,
      context: .standard)
  }
}
