import Tensors

/// Some rows of a source, valid during one call.
package enum RowBatch {
  /// Floats. They have any strides if there are at most `NarrowUpdate.mostColumns` columns, otherwise unit
  /// column stride.
  case floats(Matrix)
  /// Doubles, with any strides.
  case doubles(DoubleMatrix)
  /// Packed bytes, which represent b/255.
  case bytes(UnsafePointer<UInt8>, rowCount: Int)

  package var rowCount: Int {
    switch self {
    case .floats(let rows): rows.rowCount
    case .doubles(let rows): rows.rowCount
    case .bytes(_, let rowCount): rowCount
    }
  }

  /// Whether sums of squares of its finite numbers are always finite.
  package var isSummable: Bool {
    if case .doubles = self { false } else { true }
  }

  /// - Throws: `.mismatch` for rows with another number of columns. Bytes have no column count to check.
  package func checkColumns(
    _ expected: Int, _ name: String = "n_features"
  ) throws(GenerativeError) {
    let count =
      switch self {
      case .floats(let rows): rows.columnCount
      case .doubles(let rows): rows.columnCount
      case .bytes: expected
      }
    guard count == expected else {
      throw GenerativeError(.mismatch, "\(name) must be \(expected), not \(count)")
    }
  }
}

/// The source of a fit's rows: any number of batches of any size, in one pass.
package protocol RowSource {
  /// The total number of rows, or nil if it is not known beforehand and the rows may be read only once.
  var knownRowCount: Int? { get }
  var columnCount: Int { get }
  /// The type of the numbers in its batches.
  var element: RowElement { get }

  /// Whether the source itself throws for rows that contain a NaN or an infinity, so that it never returns
  /// them.
  var isChecked: Bool { get }

  /// Calls `body` with every row once.
  func forEachBatch(_ body: (RowBatch) throws(GenerativeError) -> Void) throws(GenerativeError)

  /// Calls `body` with all rows if they are in memory as floats or doubles. Otherwise returns nil.
  func withRows<Result>(
    _ body: (RowBatch) throws(GenerativeError) -> Result
  ) throws(GenerativeError) -> Result?
}

extension RowSource {
  package var isChecked: Bool { false }

  package func withRows<Result>(
    _ body: (RowBatch) throws(GenerativeError) -> Result
  ) throws(GenerativeError) -> Result? { nil }
}

/// Rows in memory are a source with a single batch.
package protocol RowMatrix: RowSource {
  var batch: RowBatch { get }
}

extension RowMatrix {
  package var knownRowCount: Int? { batch.rowCount }
  package var element: RowElement { batch.element }

  package func forEachBatch(
    _ body: (RowBatch) throws(GenerativeError) -> Void
  ) throws(GenerativeError) { try body(batch) }

  package func withRows<Result>(
    _ body: (RowBatch) throws(GenerativeError) -> Result
  ) throws(GenerativeError) -> Result? { try body(batch) }
}

extension Matrix: RowMatrix {
  package var batch: RowBatch { .floats(self) }
}

extension DoubleMatrix: RowMatrix {
  package var batch: RowBatch { .doubles(self) }
}
