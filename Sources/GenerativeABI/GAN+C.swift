import CGenerative
import Models
import Networks
import Options
import Tensors
import Training

@c @implementation public func gen_gan_create(
  _ options: UnsafePointer<gen_gan_options>?, _ gan_out: UnsafeMutablePointer<OpaquePointer?>?
) -> gen_status {
  create(gan_out) { () throws(GenerativeError) in
    let (o, values) = try gen_gan_options.read(options)
    return try GAN(try GAN.Options(values), context: try resolve(o.network.context))
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
