import Kernels

/// The right-hand side of a matrix product, laid out once as the kernels read it.
///
/// Worth its while when one matrix (a layer's weights) meets many left-hand sides. It holds a copy:
/// after the matrix changes, `repack` brings it up to date without allocating.
package final class PackedMatrix: Sendable {
  /// k of the product.
  package let rowCount: Int
  /// n of the product.
  package let columnCount: Int
  private let buffer: Buffer<Float>
  private let context: Context

  var panels: UnsafePointer<Float> { UnsafePointer(buffer.base) }

  /// Packs `b` (k × n, any strides: a transposed view packs Bᵀ), for products of this context.
  ///
  /// - Throws: `.memory`.
  package init(_ b: Matrix, in context: Context) throws(GenerativeError) {
    rowCount = b.rowCount
    columnCount = b.columnCount
    self.context = context
    let width = context.kernels.product.tileColumns
    let (padded, overflow) = b.columnCount.addingReportingOverflow(width - 1)
    guard !overflow, let count = checkedProduct(b.rowCount, padded / width, width) else {
      throw GenerativeError(.memory, "cannot pack a matrix of \(b.rowCount) × \(b.columnCount)")
    }
    buffer = try Buffer(count: count, in: context.memory)
    repack(b)
  }

  /// Packs `b`, of the same shape as before, in the place of what stands here.
  package func repack(_ b: Matrix) {
    let width = context.kernels.product.tileColumns
    let product = Product(
      context: context, rows: 0, columns: columnCount, depth: rowCount,
      c: Matrix(buffer.base, rows: 0, columns: 0))
    product.pack(
      .matrix(b), firstPanel: 0, panelCount: (columnCount + width - 1) / width, start: 0, end: rowCount,
      block: Product.depthBlock(rowCount), into: buffer.base)
  }
}
