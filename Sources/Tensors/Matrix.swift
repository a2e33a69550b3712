/// A view of floats as rows and columns. It does not own its memory.
///
/// Element (i, j) is at `base[i * rowStride + j * columnStride]`.
package struct Matrix: @unchecked Sendable {
  package let base: UnsafeMutablePointer<Float>
  package let rowCount: Int
  package let columnCount: Int
  package let rowStride: Int
  package let columnStride: Int

  /// A row-major view; `rowStride` defaults to packed rows.
  package init(
    _ base: UnsafeMutablePointer<Float>, rows rowCount: Int, columns columnCount: Int,
    rowStride: Int? = nil, columnStride: Int = 1
  ) {
    self.base = base
    self.rowCount = rowCount
    self.columnCount = columnCount
    self.rowStride = rowStride ?? columnCount
    self.columnStride = columnStride
  }

  /// A read-only view. The product never writes to its factors.
  package init(
    reading base: UnsafePointer<Float>, rows rowCount: Int, columns columnCount: Int,
    rowStride: Int? = nil
  ) {
    self.init(
      UnsafeMutablePointer(mutating: base), rows: rowCount, columns: columnCount, rowStride: rowStride)
  }

  package var transposed: Matrix {
    Matrix(
      base, rows: columnCount, columns: rowCount, rowStride: columnStride,
      columnStride: rowStride)
  }

  /// `count` rows starting at `first`. They must exist.
  package func rows(_ first: Int, _ count: Int) -> Matrix {
    Matrix(
      base + first * rowStride, rows: count, columns: columnCount, rowStride: rowStride,
      columnStride: columnStride)
  }

  /// `count` columns starting at `first`. They must exist.
  package func columns(_ first: Int, _ count: Int) -> Matrix {
    Matrix(
      base + first * columnStride, rows: rowCount, columns: count, rowStride: rowStride,
      columnStride: columnStride)
  }
}
