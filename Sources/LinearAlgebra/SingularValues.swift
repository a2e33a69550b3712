import Tensors

/// The singular values of a matrix that has at least as many columns as rows, each within a few n·ε of the
/// largest.
///
///     M·Mᵀ = Vᵀ·diag(λ)·V          the eigenvectors of the smaller Gram matrix
///     V·M                          rows that are orthogonal except for the digits that the Gram matrix lost
///
/// Plane rotations then make the rows orthogonal. The lengths of the rows are the singular values. The roots
/// of λ would have errors of up to ε^½ of the largest.
package struct SingularValues {
  /// Decreasing.
  package let values: Buffer<Double>

  /// Cost: about 7 · rows² · columns + 5 · rows³ FLOPs.
  ///
  /// - Parameter m: rows ≤ columns; any strides.
  /// - Throws: `.argument` if there are more rows than columns, or no rows; `.nonfinite`; `.memory`;
  ///   `.cancelled`.
  package init(_ m: DoubleMatrix, in context: Context) throws(GenerativeError) {
    let (n, width) = (m.rowCount, m.columnCount)
    guard 1 <= n, n <= width else {
      throw GenerativeError(.argument, "singular values of \(n) × \(width) need no more rows than columns")
    }
    let product = try DoubleProduct(rows: n, columns: width, in: context)
    let gram = try Buffer<Double>(count: n * n, in: context.memory)
    product.add(m, m.transposed, into: DoubleMatrix(gram.base, rows: n, columns: n), upperOnly: true)
    let eigen = try SymmetricEigen(destroying: gram.base, n: n, in: context)
    let rows = try Buffer<Double>(count: n * width, in: context.memory)
    product.add(eigen.matrix, m, into: DoubleMatrix(rows.base, rows: n, columns: width))
    try RowRotations(of: rows.base, count: n, width: width, in: context).run()

    values = try Buffer(count: n, in: context.memory)
    for i in 0..<n {
      let row = rows.base + i * width
      values.base[i] = context.dot(row, row, count: width).squareRoot()
    }
    var elements = values.elements
    elements.sort(by: >)
  }
}
