import Tensors

/// Rows collected in memory as floats, for algorithms that need all of them more than once.
package struct RowStore {
  private var rows: Buffer<Float>
  package private(set) var rowCount = 0
  private let columnCount: Int
  private let context: Context

  /// Valid as long as the store, until the next row is added.
  package var matrix: Matrix { Matrix(rows.base, rows: rowCount, columns: columnCount) }

  /// A store without rows.
  ///
  /// - Parameter capacity: the number of rows for which memory is allocated at first.
  /// - Throws: `.argument` for no columns; `.memory`.
  package init(columns: Int, capacity: Int = 0, in context: Context) throws(GenerativeError) {
    guard columns >= 1 else {
      throw GenerativeError(.argument, "n_features must be at least 1, not \(columns)")
    }
    rows = try Self.buffer(max(capacity, 16), columns, in: context)
    columnCount = columns
    self.context = context
  }

  /// All rows of a source.
  ///
  /// - Throws: `.memory`; `.mismatch` for a batch of another width; `.nonfinite`; errors of the source.
  package init(_ source: some RowSource, in context: Context) throws(GenerativeError) {
    try self.init(columns: source.columnCount, capacity: source.knownRowCount ?? 0, in: context)
    try source.forEachBatch { batch throws(GenerativeError) in try append(batch) }
    if !source.isChecked { try matrix.batch.checkFinite(in: context) }
  }

  package mutating func append(_ batch: RowBatch) throws(GenerativeError) {
    try batch.checkColumns(columnCount)
    let target = try extend(batch.rowCount)
    try batch.round(0, batch.rowCount, of: columnCount, into: target, in: context)
  }

  /// Returns memory for `count` more rows, to be filled. Valid until the next call.
  package mutating func extend(_ count: Int) throws(GenerativeError) -> UnsafeMutablePointer<Float> {
    let needed = rowCount + count
    if needed > rows.count / columnCount {
      let larger = try Self.buffer(max(needed, 2 * rowCount), columnCount, in: context)
      larger.base.update(from: rows.base, count: rowCount * columnCount)
      rows = larger
    }
    defer { rowCount = needed }
    return rows.base + rowCount * columnCount
  }

  private static func buffer(_ rows: Int, _ columns: Int, in context: Context) throws(GenerativeError)
    -> Buffer<Float>
  {
    guard let count = checkedProduct(rows, columns) else {
      throw GenerativeError(.memory, "\(rows) rows of \(columns) columns do not fit in memory")
    }
    return try Buffer(count: count, in: context.memory)
  }
}
