import Datasets
import LinearAlgebra
import Tensors

/// A dataset is a source of its rows in their own order. Bytes are passed on as bytes.
extension Dataset: RowSource {
  package var knownRowCount: Int? { rowCount }
  package var columnCount: Int { shape.count }
  package var element: RowElement {
    switch elementKind {
    case .uint8: .byte
    case .float32: .float
    case .float64: .double
    case .number(let format): format.isWide ? .double : .float
    }
  }

  /// The number of rows copied at a time: a multiple of the blocks that statistics are summed over.
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
    let lieInMemory: Void? = try withRows(body)
    if lieInMemory != nil { return }
    let capacity = min(rowCount, Self.batchRows)
    if elementKind == .uint8 {
      return try forEachBlock(of: capacity) {
        (rows: UnsafeMutablePointer<UInt8>, range) throws(GenerativeError) in
        try readBytes(range: range, into: rows)
        try body(.bytes(rows, rowCount: range.count))
      }
    }
    if element == .double {
      try forEachBlock(of: capacity) { (rows: UnsafeMutablePointer<Double>, range) throws(GenerativeError) in
        try read(range: range, into: rows)
        try body(.doubles(DoubleMatrix(rows, rows: range.count, columns: columnCount)))
      }
    } else {
      try forEachBlock(of: capacity) { (rows: UnsafeMutablePointer<Float>, range) throws(GenerativeError) in
        try read(range: range, into: rows)
        try body(.floats(Matrix(rows, rows: range.count, columns: columnCount)))
      }
    }
  }

  /// Calls `body` for one block of rows after another, with memory for them.
  private func forEachBlock<Element: BitwiseCopyable & ExpressibleByIntegerLiteral>(
    of capacity: Int,
    _ body: (_ space: UnsafeMutablePointer<Element>, _ range: Range<Int>) throws(GenerativeError) -> Void
  ) throws(GenerativeError) {
    let (rowCount, space) = (
      rowCount ?? 0, try Buffer<Element>(count: capacity * columnCount, in: context.memory)
    )
    for first in stride(from: 0, to: rowCount, by: capacity) {
      try Run.proceed(first, of: rowCount)
      try body(space.base, first..<min(rowCount, first + capacity))
    }
  }

  package func withRows<Result>(
    _ body: (RowBatch) throws(GenerativeError) -> Result
  ) throws(GenerativeError) -> Result? {
    let ofFloats = try withFloats { rows throws(GenerativeError) in try body(.floats(rows)) }
    if let ofFloats { return ofFloats }
    // If there are few columns, rows are read in place with any strides. If there are many, copying them is
    // faster.
    if columnCount <= NarrowUpdate.mostColumns {
      let apart = try withStridedFloats { rows throws(GenerativeError) in try body(.floats(rows)) }
      if let apart { return apart }
    }
    return try withDoubles { rows throws(GenerativeError) in try body(.doubles(rows)) }
  }

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
