import Statistics
import Tensors

/// All rows of a source in memory, as the Gram path needs them, when they are not there already.
struct RowStore {
  private let rows: Buffer<Float>
  private let rowCount: Int
  private let columnCount: Int

  /// Valid as long as the store.
  var matrix: Matrix { Matrix(rows.base, rows: rowCount, columns: columnCount) }

  /// - Throws: `.memory`, `.mismatch` for a batch of other width, and what the source throws.
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
}
