import Datasets
import Tensors

/// A dataset is a source of its rows in their own order; bytes stay bytes.
extension Dataset: RowSource {
  package var knownRowCount: Int? { rowCount }
  package var columnCount: Int { shape.count }

  /// Rows copied at a time, a multiple of the blocks that statistics are summed over.
  private static let batchRows = 4096

  package func forEachBatch(
    _ body: (RowBatch) throws(GenerativeError) -> Void
  ) throws(GenerativeError) {
    guard let rowCount else { return try forEachStreamBatch(body) }
    try Run.proceed(0, of: rowCount)
    let wasPacked: Void? = try withBytes { bytes throws(GenerativeError) in
      try body(.bytes(bytes, rowCount: rowCount))
    }
    if wasPacked != nil { return }
    let wereFloats: Void? = try withRows { rows throws(GenerativeError) in try body(.floats(rows)) }
    if wereFloats != nil { return }
    let capacity = min(rowCount, Self.batchRows)
    if elementKind == .uint8 {
      let batch = try Buffer<UInt8>(count: capacity * columnCount, in: context.memory)
      for first in stride(from: 0, to: rowCount, by: Self.batchRows) {
        try Run.proceed(first, of: rowCount)
        let range = first..<min(rowCount, first + Self.batchRows)
        try readBytes(range: range, into: batch.base)
        try body(.bytes(batch.base, rowCount: range.count))
      }
      return
    }
    let batch = try Buffer<Float>(count: capacity * columnCount, in: context.memory)
    for first in stride(from: 0, to: rowCount, by: Self.batchRows) {
      try Run.proceed(first, of: rowCount)
      let range = first..<min(rowCount, first + Self.batchRows)
      try read(range: range, into: batch.base)
      try body(.floats(Matrix(batch.base, rows: range.count, columns: columnCount)))
    }
  }

  package func withRows<Result>(
    _ body: (Matrix) throws(GenerativeError) -> Result
  ) throws(GenerativeError) -> Result? { try withFloats(body) }

  private func forEachStreamBatch(
    _ body: (RowBatch) throws(GenerativeError) -> Void
  ) throws(GenerativeError) {
    let reader = try BatchReader(
      self, order: BatchOrder(batchSize: Self.batchRows, shuffles: false, seed: 0, keepsPartialBatch: true))
    guard let count = checkedProduct(Self.batchRows, columnCount) else {
      throw GenerativeError(.memory, "a batch of \(Self.batchRows) rows does not fit in memory")
    }
    let batch = try Buffer<Float>(count: count, in: context.memory)
    reader.start(epoch: 0)
    var done = 0
    while true {
      try Run.proceed(done, of: 0)
      let rows = try reader.next(into: batch.base)
      guard rows > 0 else { return }
      done += rows
      try body(.floats(Matrix(batch.base, rows: rows, columns: columnCount)))
    }
  }
}
