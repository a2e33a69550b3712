import Tensors

/// All rows of a source in memory, as the Gram path needs them.
struct RowStore {
  let rowCount: Int
  let columnCount: Int
  private let rows: Buffer<Float>

  /// - Throws: `.nonfinite`, `.memory`, `.mismatch` for a batch of other width, and what the source throws.
  init(_ source: some RowSource, in context: Context) throws(GenerativeError) {
    let d = source.columnCount
    guard d >= 1 else { throw GenerativeError(.argument, "n_features must be at least 1, not \(d)") }
    var store = try Self.buffer(max(source.knownRowCount ?? 0, 16), d, in: context)
    var count = 0
    try source.forEachBatch { batch throws(GenerativeError) in
      let needed = count + batch.rowCount
      if needed > store.count / d {
        let larger = try Self.buffer(max(needed, 2 * count), d, in: context)
        larger.base.update(from: store.base, count: count * d)
        store = larger
      }
      switch batch {
      case .floats(let rows):
        guard rows.columnCount == d else {
          throw GenerativeError(.mismatch, "n_features must be \(d), not \(rows.columnCount)")
        }
        try checkFinite(rows, in: context)
        for i in 0..<rows.rowCount {
          (store.base + (count + i) * d).update(from: rows.base + i * rows.rowStride, count: d)
        }
      case .bytes(let bytes, let rowCount):
        context.convert(bytes, count: rowCount * d, into: store.base + count * d)
      }
      count = needed
    }
    rows = store
    rowCount = count
    columnCount = d
  }

  private static func buffer(_ rows: Int, _ columns: Int, in context: Context) throws(GenerativeError)
    -> Buffer<
      Float
    >
  {
    guard let count = checkedProduct(rows, columns) else {
      throw GenerativeError(.memory, "\(rows) rows of \(columns) columns do not fit memory")
    }
    return try Buffer(count: count, in: context.memory)
  }

  /// μ, in Double.
  func mean(into mean: UnsafeMutablePointer<Double>, in context: Context) {
    let stripe = 256
    context.parallel((columnCount + stripe - 1) / stripe) { index in
      let columns = index * stripe..<min(columnCount, (index + 1) * stripe)
      for i in 0..<rowCount {
        let row = rows.base + i * columnCount
        for j in columns { mean[j] += Double(row[j]) }
      }
      for j in columns { mean[j] /= Double(max(rowCount, 1)) }
    }
  }

  /// Columns of X = rows − μ in `block`, packed.
  func centred(
    _ columns: Range<Int>, mean: UnsafePointer<Double>, into block: UnsafeMutablePointer<Double>,
    in context: Context
  ) -> DoubleMatrix {
    let width = columns.count
    context.parallel((rowCount + 63) / 64) { group in
      for i in group * 64..<min(rowCount, (group + 1) * 64) {
        let row = rows.base + i * columnCount + columns.lowerBound
        let target = block + i * width
        for j in 0..<width { target[j] = Double(row[j]) - mean[columns.lowerBound + j] }
      }
    }
    return DoubleMatrix(block, rows: rowCount, columns: width)
  }

  /// Columns of rows − μ, one a row of `block`, rounded to Float.
  func centredTransposed(
    _ columns: Range<Int>, mean: UnsafePointer<Double>, into block: UnsafeMutablePointer<Float>,
    in context: Context
  ) {
    // One cache line of a row at a time.
    let share = 16
    context.parallel((columns.count + share - 1) / share) { group in
      let part = group * share..<min(columns.count, (group + 1) * share)
      for i in 0..<rowCount {
        let row = rows.base + i * columnCount + columns.lowerBound
        for j in part { block[j * rowCount + i] = Float(Double(row[j]) - mean[columns.lowerBound + j]) }
      }
    }
  }
}
