extension Context {
  /// C ← C + scale · Aᵀ·A, both triangles, doing half the work of `multiply`.
  ///
  /// A is m × n with unit column stride, C n × n packed.
  package func rankUpdate(_ a: Matrix, into c: Matrix, scale: Float = 1) {
    var product = Product(
      context: self, rows: c.rowCount, columns: c.columnCount, depth: a.rowCount, c: c,
      accumulating: true)
    product.isUpperTriangle = true
    let pack = kernels.product.packRows
    product.run(.matrix(a)) { first, count, start, depth, panel in
      pack(a.address(start, first), a.rowStride, a.columnStride, depth, count, panel)
      if scale != 1 { for i in 0..<depth * 6 { panel[i] *= scale } }
    }
    for i in 0..<c.rowCount {
      for j in 0..<i { c.base[i * c.rowStride + j] = c.base[j * c.rowStride + i] }
    }
  }
}
