/// A view of doubles as rows and columns. It does not own its memory.
///
/// Element (i, j) is at `base[i * rowStride + j * columnStride]`.
package struct DoubleMatrix: @unchecked Sendable {
  package let base: UnsafeMutablePointer<Double>
  package let rowCount: Int
  package let columnCount: Int
  package let rowStride: Int
  package let columnStride: Int

  /// A row-major view; `rowStride` defaults to packed rows.
  package init(
    _ base: UnsafeMutablePointer<Double>, rows rowCount: Int, columns columnCount: Int,
    rowStride: Int? = nil, columnStride: Int = 1
  ) {
    self.base = base
    self.rowCount = rowCount
    self.columnCount = columnCount
    self.rowStride = rowStride ?? columnCount
    self.columnStride = columnStride
  }

  package var transposed: DoubleMatrix {
    DoubleMatrix(
      base, rows: columnCount, columns: rowCount, rowStride: columnStride, columnStride: rowStride)
  }

  /// The submatrix of `rows` × `columns`. The ranges must lie inside the matrix.
  package subscript(rows: Range<Int>, columns: Range<Int>) -> DoubleMatrix {
    DoubleMatrix(
      base + rows.lowerBound * rowStride + columns.lowerBound * columnStride, rows: rows.count,
      columns: columns.count, rowStride: rowStride, columnStride: columnStride)
  }
}
