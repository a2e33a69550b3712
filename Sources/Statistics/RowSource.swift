import Tensors

/// Some rows of a source, valid during one call.
package enum RowBatch {
  /// Packed or strided floats.
  case floats(Matrix)
  /// Packed bytes that stand for b/255.
  case bytes(UnsafePointer<UInt8>, rowCount: Int)

  package var rowCount: Int {
    switch self {
    case .floats(let rows): rows.rowCount
    case .bytes(_, let rowCount): rowCount
    }
  }
}

/// Where a fit gets its rows: any number of batches of any size, in one pass.
package protocol RowSource {
  /// Rows in all, or nil when that is not known beforehand.
  var knownRowCount: Int? { get }
  var columnCount: Int { get }

  /// Whether the source itself throws for rows that hold a NaN or an infinity, so that none comes out.
  var isChecked: Bool { get }

  /// Calls `body` with every row once.
  func forEachBatch(_ body: (RowBatch) throws(GenerativeError) -> Void) throws(GenerativeError)

  /// Calls `body` with all rows when they lie in memory as floats; nil when they do not.
  func withRows<Result>(
    _ body: (Matrix) throws(GenerativeError) -> Result
  ) throws(GenerativeError) -> Result?
}

extension RowSource {
  package var isChecked: Bool { false }

  package func withRows<Result>(
    _ body: (Matrix) throws(GenerativeError) -> Result
  ) throws(GenerativeError) -> Result? { nil }
}

/// A matrix is a source of one batch.
extension Matrix: RowSource {
  package var knownRowCount: Int? { rowCount }

  package func forEachBatch(
    _ body: (RowBatch) throws(GenerativeError) -> Void
  ) throws(GenerativeError) { try body(.floats(self)) }

  package func withRows<Result>(
    _ body: (Matrix) throws(GenerativeError) -> Result
  ) throws(GenerativeError) -> Result? { try body(self) }
}
