import CGenerative
import Evaluation
import Models
import Tensors

@c @implementation public func gen_evaluate_parzen(
  _ samples: UnsafePointer<Float>?, _ n_samples: Int64, _ validation: UnsafePointer<Float>?,
  _ n_validation: Int64, _ test: UnsafePointer<Float>?, _ n_test: Int64, _ row_size: Int64,
  _ context: OpaquePointer?, _ run: UnsafePointer<gen_run>?, _ width_out: UnsafeMutablePointer<Double>?,
  _ mean_out: UnsafeMutablePointer<Double>?, _ standard_error_out: UnsafeMutablePointer<Double>?
) -> gen_status {
  boundary(run) { () throws(GenerativeError) in
    let context = try resolve(context)
    let rowSize = try checkRange("row_size", row_size, 1...Shape.countLimit)
    let samples = try checkRows("samples", samples, "n_samples", n_samples, rowSize, context)
    let validation = try checkRows("validation", validation, "n_validation", n_validation, rowSize, context)
    let test = try checkRows("test", test, "n_test", n_test, rowSize, context)
    let window = try ParzenWindow(
      samples: samples.rows, count: samples.count, rowSize: rowSize, context: context)
    let width = try window.bestWidth(validation.rows, count: validation.count)
    let likelihood = try window.logLikelihood(test.rows, count: test.count, width: width)
    width_out?.pointee = width
    mean_out?.pointee = likelihood.mean
    standard_error_out?.pointee = likelihood.standardError
  }
}

@c @implementation public func gen_evaluate_reconstruction(
  _ rows: UnsafePointer<Float>?, _ clean: UnsafePointer<Float>?, _ n_rows: Int64, _ height: Int64,
  _ width: Int64, _ channels: Int64, _ context: OpaquePointer?, _ run: UnsafePointer<gen_run>?,
  _ quality_out: UnsafeMutablePointer<gen_reconstruction_t>?
) -> gen_status {
  boundary(run) { () throws(GenerativeError) in
    let context = try resolve(context)
    let shape = try checkShape(height, width, channels)
    let x = try checkRows("rows", rows, "n_rows", n_rows, shape.count, context)
    let y = try checkRows("clean", clean, "n_rows", n_rows, shape.count, context)
    let quality = try ReconstructionQuality(x.rows, y.rows, rows: x.count, shape: shape, context: context)
    var c = gen_reconstruction_t()
    c.n_rows = n_rows
    c.squared_error = quality.squaredError.mean
    c.squared_error_se = quality.squaredError.standardError
    c.mean_squared_error = quality.squaredError.mean / Double(shape.count)
    c.psnr = quality.signalToNoise.mean
    c.psnr_se = quality.signalToNoise.standardError
    c.ssim = quality.similarity.mean
    c.ssim_se = quality.similarity.standardError
    try c.write(to: quality_out, "quality_out")
  }
}

@c @implementation public func gen_evaluate_active_units(
  _ means: UnsafePointer<Float>?, _ n_rows: Int64, _ latent_size: Int64, _ threshold: Double,
  _ count_out: UnsafeMutablePointer<Int64>?, _ variances_out: UnsafeMutablePointer<Double>?
) -> gen_status {
  boundary { () throws(GenerativeError) in
    let latentSize = try checkRange("latent_size", latent_size, 1...StackLimit.width)
    let means = try checkRows("means", means, "n_rows", n_rows, latentSize, .standard)
    let limit = try checkRange("threshold", chosen(threshold) ?? 0.01, 0...1e30)
    guard let count_out else { throw .null("count_out") }
    try checkOptionalOutput("variances_out", variances_out, latentSize, 1)
    let variances = try Buffer<Double>(count: latentSize)
    ColumnVariances.fill(variances.base, means.rows, count: means.count, width: latentSize)
    variances_out?.update(from: variances.base, count: latentSize)
    count_out.pointee = Int64(variances.elements.count { $0 > limit })
  }
}

/// Checks that rows are present, finite and at least `least` in number.
func checkRows(
  _ name: String, _ rows: UnsafePointer<Float>?, _ countName: String, _ count: Int64, _ rowSize: Int,
  _ context: Context, least: Int = 1
) throws(GenerativeError) -> (rows: UnsafePointer<Float>, count: Int) {
  let count = try checkRange(countName, count, least...Int(Int32.max))
  let rows = try checkInput(name, rows, count, rowSize)
  try checkFinite(name, rows, count, rowSize, context)
  return (rows, count)
}
