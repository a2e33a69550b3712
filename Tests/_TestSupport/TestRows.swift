import Statistics
import Tensors

/// Rows for tests, in memory that a `Matrix` may view as long as this lives.
package struct TestRows: RowSource {
  package let buffer: Buffer<Float>
  package let rowCount: Int
  package let columnCount: Int

  package init(_ rows: [[Float]]) throws {
    rowCount = rows.count
    columnCount = rows.first?.count ?? 0
    buffer = try Buffer(count: rowCount * columnCount)
    for (i, row) in rows.enumerated() {
      for (j, value) in row.enumerated() { buffer[i * columnCount + j] = value }
    }
  }

  package init(rows: Int, columns: Int) throws {
    rowCount = rows
    columnCount = columns
    buffer = try Buffer(count: rows * columns)
  }

  package var matrix: Matrix { Matrix(buffer.base, rows: rowCount, columns: columnCount) }

  package var batch: RowBatch { .floats(matrix) }

  package var knownRowCount: Int? { rowCount }
  package var element: RowElement { .float }

  package func forEachBatch(_ body: (RowBatch) throws(GenerativeError) -> Void) throws(GenerativeError) {
    defer { withExtendedLifetime(buffer) {} }
    try body(.floats(matrix))
  }

  package func slice(_ range: Range<Int>) -> Matrix {
    Matrix(buffer.base + range.lowerBound * columnCount, rows: range.count, columns: columnCount)
  }

  package subscript(i: Int) -> [Float] { (0..<columnCount).map { buffer[i * columnCount + $0] } }
}

/// Rows of bytes for tests: each a multiple of a common number, and noise; every seventh column is 255.
package struct ByteRows: RowSource {
  package let buffer: Buffer<UInt8>
  package let columnCount: Int
  package var range: Range<Int>
  package var knownRowCount: Int? { range.count }
  package var element: RowElement { .byte }

  package init(rows: Int, columns: Int, seed: Int) throws {
    buffer = try Buffer(count: rows * columns)
    columnCount = columns
    range = 0..<rows
    var numbers = TestNumbers(seed: seed)
    for i in 0..<rows {
      let common = numbers.uniform()
      for j in 0..<columns {
        let value = 255 * (0.7 * common * Double(j % 3) / 2 + 0.3 * numbers.uniform())
        buffer.base[i * columns + j] = j % 7 == 6 ? 255 : UInt8(value)
      }
    }
  }

  package func forEachBatch(_ body: (RowBatch) throws(GenerativeError) -> Void) throws(GenerativeError) {
    defer { withExtendedLifetime(buffer) {} }
    try body(.bytes(buffer.base + range.lowerBound * columnCount, rowCount: range.count))
  }

  package subscript(_ part: Range<Int>) -> ByteRows {
    var copy = self
    copy.range = part
    return copy
  }

  package func floats() throws -> TestRows {
    let rows = try TestRows(rows: range.count, columns: columnCount)
    for i in 0..<range.count * columnCount {
      rows.buffer.base[i] = Float(buffer.base[range.lowerBound * columnCount + i]) / 255
    }
    return rows
  }
}
