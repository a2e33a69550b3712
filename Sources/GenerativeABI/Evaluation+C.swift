import CGenerative
import Evaluation
import Tensors

@c @implementation public func gen_evaluate_parzen(
  _ samples: UnsafePointer<Float>?, _ n_samples: Int64, _ validation: UnsafePointer<Float>?,
  _ n_validation: Int64, _ test: UnsafePointer<Float>?, _ n_test: Int64, _ row_size: Int64,
  _ context: OpaquePointer?, _ width_out: UnsafeMutablePointer<Double>?,
  _ mean_out: UnsafeMutablePointer<Double>?, _ standard_error_out: UnsafeMutablePointer<Double>?
) -> gen_status {
  boundary { () throws(GenerativeError) in
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

@c @implementation public func gen_evaluate_psnr(
  _ rows: UnsafePointer<Float>?, _ clean: UnsafePointer<Float>?, _ n_rows: Int64, _ row_size: Int64,
  _ psnr_out: UnsafeMutablePointer<Double>?
) -> gen_status {
  compare(rows, clean, n_rows, row_size, "psnr_out", psnr_out) {
    RowErrors.peakSignalToNoise($0, $1, rows: $2, rowSize: $3)
  }
}

@c @implementation public func gen_evaluate_squared_error(
  _ rows: UnsafePointer<Float>?, _ clean: UnsafePointer<Float>?, _ n_rows: Int64, _ row_size: Int64,
  _ error_out: UnsafeMutablePointer<Double>?
) -> gen_status {
  compare(rows, clean, n_rows, row_size, "error_out", error_out) {
    RowErrors.meanSquaredError($0, $1, rows: $2, rowSize: $3)
  }
}

/// At least one row of finite floats.
private func checkRows(
  _ name: String, _ rows: UnsafePointer<Float>?, _ countName: String, _ count: Int64, _ rowSize: Int,
  _ context: Context
) throws(GenerativeError) -> (rows: UnsafePointer<Float>, count: Int) {
  let count = try checkRange(countName, count, 1...Int(Int32.max))
  let rows = try checkInput(name, rows, count, rowSize)
  try checkFinite(name, rows, count, rowSize, context)
  return (rows, count)
}

private func compare(
  _ rows: UnsafePointer<Float>?, _ clean: UnsafePointer<Float>?, _ n_rows: Int64, _ row_size: Int64,
  _ outName: String, _ out: UnsafeMutablePointer<Double>?,
  _ measure: (UnsafePointer<Float>, UnsafePointer<Float>, Int, Int) -> Double
) -> gen_status {
  boundary { () throws(GenerativeError) in
    let rowSize = try checkRange("row_size", row_size, 1...Shape.countLimit)
    let x = try checkRows("rows", rows, "n_rows", n_rows, rowSize, .standard)
    let y = try checkRows("clean", clean, "n_rows", n_rows, rowSize, .standard)
    guard let out else { throw .null(outName) }
    out.pointee = measure(x.rows, y.rows, x.count, rowSize)
  }
}
