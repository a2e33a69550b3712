import Kernels

/// The right-hand side of a matrix product, packed once in the order in which the kernels read it.
///
/// Worthwhile if one matrix, such as a layer's weights, is multiplied by many left-hand sides. It is a copy:
/// after the matrix changes, `repack` updates it without allocating. It has the precision of its context, and is
/// for products in contexts of that precision.
package final class PackedMatrix: Sendable {
  /// k, the depth of the product.
  package let rowCount: Int
  /// n, the number of columns of the product.
  package let columnCount: Int
  private let buffer: Buffer<Float>
  private let context: Context

  var panels: UnsafePointer<Float> { UnsafePointer(buffer.base) }

  /// Packs `b` (k × n, any strides; a transposed view packs Bᵀ) for products in this context.
  ///
  /// - Throws: `.memory`.
  package init(_ b: Matrix, in context: Context) throws(GenerativeError) {
    rowCount = b.rowCount
    columnCount = b.columnCount
    self.context = context
    let width = context.product.tileColumns
    let (padded, overflow) = b.columnCount.addingReportingOverflow(width - 1)
    guard !overflow, let count = checkedProduct(context.product.lanes(b.rowCount), padded / width, width)
    else {
      throw GenerativeError(.memory, "cannot pack a matrix of \(b.rowCount) × \(b.columnCount)")
    }
    buffer = try Buffer(count: count, in: context.memory)
    repack(b)
  }

  /// Replaces the contents by `b`, which must have the same shape as before.
  package func repack(_ b: Matrix) {
    let width = context.product.tileColumns
    let product = Product(
      context: context, rows: 0, columns: columnCount, depth: rowCount,
      c: Matrix(buffer.base, rows: 0, columns: 0))
    product.pack(
      .matrix(b), firstPanel: 0, panelCount: (columnCount + width - 1) / width, start: 0, end: rowCount,
      block: Product.depthBlock(rowCount), into: buffer.base)
  }
}
