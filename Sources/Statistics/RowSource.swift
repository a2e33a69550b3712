import Tensors

/// Some rows of a source, valid during one call.
package enum RowBatch {
  /// Floats; of any strides where they are no more than `NarrowUpdate.mostColumns`, else with unit column stride.
  case floats(Matrix)
  /// Doubles, of any strides.
  case doubles(DoubleMatrix)
  /// Packed bytes that stand for b/255.
  case bytes(UnsafePointer<UInt8>, rowCount: Int)

  package var rowCount: Int {
    switch self {
    case .floats(let rows): rows.rowCount
    case .doubles(let rows): rows.rowCount
    case .bytes(_, let rowCount): rowCount
    }
  }

  /// Whether squares of its numbers, if finite, add up to finite sums whatever they are.
  package var isSummable: Bool {
    if case .doubles = self { false } else { true }
  }

  /// - Throws: `.mismatch` for rows of another number of columns; bytes do not tell theirs.
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

/// Where a fit gets its rows: any number of batches of any size, in one pass.
package protocol RowSource {
  /// Rows in all, or nil when that is not known beforehand, and the rows may be read only once.
  var knownRowCount: Int? { get }
  var columnCount: Int { get }
  /// What its numbers are; batches are of these.
  var element: RowElement { get }

  /// Whether the source itself throws for rows that hold a NaN or an infinity, so that none comes out.
  var isChecked: Bool { get }

  /// Calls `body` with every row once.
  func forEachBatch(_ body: (RowBatch) throws(GenerativeError) -> Void) throws(GenerativeError)

  /// Calls `body` with all rows when they lie in memory as floats or doubles; nil when they do not.
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

/// Rows in memory are a source of one batch.
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
