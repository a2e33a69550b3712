import CGenerative
import Models
import Statistics
import Tensors
import Training

// Rows with unknown values.

/// The arguments of a call of `gen_model_impute`.
struct Imputation {
  let mask: Mask
  let options: gen_invert_options
  let run: UnsafePointer<gen_run>?

  /// Rejects search options for models that do not search.
  func requireDefaults() throws(GenerativeError) {
    let standard = gen_invert_options.standard
    let others: [(String, Bool)] = [
      ("generator", options.generator == standard.generator),
      ("n_steps", options.n_steps == standard.n_steps),
      ("n_starts", options.n_starts == standard.n_starts), ("seed", options.seed == standard.seed),
      ("learning_rate", options.learning_rate == standard.learning_rate),
      ("prior_weight", options.prior_weight == standard.prior_weight), ("start", options.start == nil),
      ("labels", options.labels == nil),
    ]
    if let other = others.first(where: { !$0.1 })?.0 {
      throw GenerativeError(
        .argument, "\(other) must have its default for a pca, whose values are computed without a search")
    }
  }
}

/// The mask of `n` rows; nil if none is given.
func checkMask(_ o: gen_invert_options, _ n: Int, _ width: Int) throws(GenerativeError) -> Mask? {
  let count = Int(o.n_masks)
  guard let pointer = o.mask else {
    guard count == 0 else {
      throw GenerativeError(.argument, "n_masks must be 0 where mask is NULL, not \(count)")
    }
    return nil
  }
  guard count == n || count == 1 else {
    throw GenerativeError(.argument, "n_masks must be 1 or n_rows (\(n)), not \(count)")
  }
  let values = try checkInput("mask", pointer, count, width)
  for i in 0..<count * width where values[i] > 1 {
    throw GenerativeError(
      .argument, "mask must be 0 or 1, not \(values[i]) in row \(i / width), element \(i % width)")
  }
  return Mask(values, width: width, isShared: count == 1)
}

/// Rows as floats, with 0 for unknown values.
///
/// - Throws: `.nonfinite`, naming the first known value that is out of range for a float; `.memory`.
func knownFloats(
  _ rows: RowBatch, _ width: Int, _ mask: Mask, _ context: Context
) throws(GenerativeError) -> Buffer<Float> {
  let n = rows.rowCount
  let floats = try Buffer<Float>(count: n * width, in: context.memory)
  for i in 0..<n {
    let known = mask.row(i)
    for j in 0..<width where known[j] != 0 {
      let value = rows.value(i, j)
      guard Float(value).isFinite else { throw .nonfinite(row: i, column: j, value: value) }
      floats.base[i * width + j] = Float(value)
    }
  }
  return floats
}

extension RowBatch {
  /// A number in packed floats or doubles.
  fileprivate func value(_ row: Int, _ column: Int) -> Double {
    switch self {
    case .floats(let rows): Double(rows.base[row * rows.rowStride + column])
    case .doubles(let rows): rows.base[row * rows.rowStride + column]
    case .bytes: 0
    }
  }

  fileprivate func set(_ row: Int, _ column: Int, _ value: Double) {
    switch self {
    case .floats(let rows): rows.base[row * rows.rowStride + column] = Float(value)
    case .doubles(let rows): rows.base[row * rows.rowStride + column] = value
    case .bytes: break
    }
  }
}

extension Imputing where Self: Invertible & ModelObject {
  func columns() -> Int { rowShape.count }

  func impute(_ rows: RowBatch, _ call: Imputation, into completed: RowBatch) throws(GenerativeError) {
    let (n, width) = (rows.rowCount, rowShape.count)
    let o = call.options
    var options = try Inversion.Options(o)
    options.observer = try Observer(call.run)
    options.mask = call.mask
    let labels = try checkGiven(o.labels, n, self)
    let known = try knownFloats(rows, width, call.mask, context)
    let start = o.start == nil ? nil : try checkModelInput("start", o.start, n, latentSize, context)
    let latents = try Buffer<Float>(count: n * latentSize, in: context.memory)
    try invert(
      known.base, rows: n, given: labels, by: o.generator, from: start, options, latents: latents.base,
      error: nil)
    try self.rows(of: latents.base, count: n, given: labels, by: o.generator, into: known.base)
    for i in 0..<n {
      let mask = call.mask.row(i)
      for j in 0..<width {
        completed.set(i, j, mask[j] != 0 ? rows.value(i, j) : Double(known.base[i * width + j]))
      }
    }
  }
}

@c @implementation public func gen_model_impute(
  _ model: OpaquePointer?, _ rows: UnsafeRawPointer?, _ dtype: Int32, _ n_rows: Int64,
  _ options: UnsafePointer<gen_invert_options>?, _ run: UnsafePointer<gen_run>?,
  _ rows_out: UnsafeMutableRawPointer?
) -> gen_status {
  boundary { () throws(GenerativeError) in
    let o = try gen_invert_options(reading: options)
    try Handles.shared.readingModel(model) { (model) throws(GenerativeError) in
      guard let imputing = model.imputing else {
        throw model.lacks("values for those not known", "gen_model_impute", "pca, autoencoder, vae and gan")
      }
      let (n, width) = (try checkRowCount(n_rows), try imputing.columns())
      guard let mask = try checkMask(o, n, width) else { throw .null("options->mask") }
      let rows = try checkRows("rows", rows, dtype, n, width)
      let completed = try checkRows("rows_out", rows_out, dtype, n, width)
      for i in 0..<n {
        let known = mask.row(i)
        for j in 0..<width where known[j] != 0 && !rows.value(i, j).isFinite {
          throw .nonfinite(row: i, column: j, value: rows.value(i, j))
        }
      }
      try imputing.impute(rows, Imputation(mask: mask, options: o, run: run), into: completed)
    }
  }
}
