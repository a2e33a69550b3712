import Tensors

/// Where a fit gets its rows: any number of batches of any size, in one pass.
package protocol RowSource {
  /// Rows in all, or nil when that is not known beforehand.
  var knownRowCount: Int? { get }
  var columnCount: Int { get }

  /// Calls `body` with every row once, packed or strided, valid until it returns.
  func forEachBatch(
    _ body: (_ rows: Matrix) throws(GenerativeError) -> Void
  ) throws(GenerativeError)
}

/// A matrix is a source of one batch.
extension Matrix: RowSource {
  package var knownRowCount: Int? { rowCount }

  package func forEachBatch(
    _ body: (_ rows: Matrix) throws(GenerativeError) -> Void
  ) throws(GenerativeError) { try body(self) }
}
