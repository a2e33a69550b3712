import Kernels

// Symmetric products Aᵀ·A, by half the multiplications of the general one.

extension Context {
  /// C ← C + scale · Aᵀ·A, both triangles. C must be symmetric before.
  ///
  /// A is m × n with unit column stride, C n × n packed. Summed in Float over blocks of at most 320 rows,
  /// and the blocks in Float again: for many rows, where digits count, add to doubles instead.
  package func rankUpdate(_ a: Matrix, into c: Matrix, scale: Float = 1) {
    let rescale = kernels.elementwise.scale
    let pack = kernels.product.packRows
    var product = Product(
      context: self, rows: c.rowCount, columns: c.columnCount, depth: a.rowCount, c: c, accumulating: true)
    product.isUpperTriangle = true
    product.run(.matrix(a)) { first, count, start, depth, panel in
      pack(a.address(start, first), a.rowStride, a.columnStride, depth, count, panel)
      if scale != 1 { rescale(panel, scale, 0, panel, depth * ProductKernels.tileRows) }
    }
    for i in 0..<c.rowCount {
      for j in 0..<i { c.base[i * c.rowStride + j] = c.base[j * c.rowStride + i] }
    }
  }

  /// C ← C + (A − 1·sᵀ)ᵀ·(A − 1·sᵀ) in the upper triangle of doubles; what stands below is undefined
  /// until `mirrorUpperTriangle`.
  ///
  /// A is m × n with unit column stride, C n × n packed, `shift` s has n elements (zeros when nil).
  /// Blocks of at most 640 rows are summed in Float and added to C in Double: relative to Σ |a·a| an
  /// element is within about 1e-6 of the truth for any number of rows.
  package func rankUpdate(
    _ a: Matrix, subtracting shift: Input? = nil, into c: UnsafeMutablePointer<Double>
  ) {
    let n = a.columnCount
    let packRows = kernels.product.packRows
    let packColumns = kernels.product.packColumns
    let width = kernels.product.tileColumns
    let subtract = kernels.symmetric.subtractShift
    var product = Product(
      context: self, rows: n, columns: n, depth: a.rowCount, c: a, accumulating: true)
    product.isUpperTriangle = true
    product.target = .double(c)
    product.run(
      .packer({ first, count, start, depth, panel in
        packColumns(a.address(start, first), a.rowStride, 1, depth, count, panel)
        if let shift { subtract(panel, depth, width, shift + first, count) }
      }),
      packRows: { first, count, start, depth, panel in
        packRows(a.address(start, first), a.rowStride, 1, depth, count, panel)
        if let shift { subtract(panel, depth, ProductKernels.tileRows, shift + first, count) }
      })
  }

  /// C ← C + Aᵀ·A of bytes in the upper triangle of doubles, exact while the sums are below 2⁵³; what
  /// stands below is undefined until `mirrorUpperTriangle`.
  ///
  /// A has `rows` rows of `columns` bytes, `rowStride` bytes apart; C is columns × columns packed.
  package func rankUpdate(
    bytes a: UnsafePointer<UInt8>, rows: Int, columns n: Int, rowStride: Int,
    into c: UnsafeMutablePointer<Double>
  ) {
    let pack = kernels.symmetric.packBytes
    let width = kernels.product.tileColumns
    func packPairs(
      _ first: Int, _ count: Int, _ start: Int, _ depth: Int, _ width: Int,
      _ panel: UnsafeMutablePointer<Float>
    ) {
      let panel = UnsafeMutableRawPointer(panel).assumingMemoryBound(to: Int32.self)
      pack(
        a + (2 * start * rowStride + first), rowStride, min(2 * depth, rows - 2 * start), count, width, panel)
    }
    var product = Product(
      context: self, rows: n, columns: n, depth: rows / 2 + rows % 2,
      c: Matrix(UnsafeMutableRawPointer(c).assumingMemoryBound(to: Float.self), rows: 0, columns: 0),
      accumulating: true)
    product.isUpperTriangle = true
    product.target = .bytes(c)
    product.run(
      .packer({ packPairs($0, $1, $2, $3, width, $4) }),
      packRows: { packPairs($0, $1, $2, $3, ProductKernels.tileRows, $4) })
  }

  /// Copies what stands above the diagonal of the packed n × n matrix to its place below.
  package func mirrorUpperTriangle(_ c: UnsafeMutablePointer<Double>, columns n: Int) {
    // Blocks of 32 × 32, so that both sides stay in the cache.
    let blockCount = (n + 31) / 32
    parallel(blockCount) { block in
      let rows = block * 32..<min(n, (block + 1) * 32)
      for first in stride(from: 0, to: rows.upperBound, by: 32) {
        for i in rows {
          for j in first..<min(i, first + 32) { c[i * n + j] = c[j * n + i] }
        }
      }
    }
  }

  /// sums[j] ← sums[j] + Σᵢ (x[i, j] − shift[j]), in Double. x has unit column stride; no shift when nil.
  package func addColumnSums(
    _ x: Matrix, subtracting shift: Input? = nil, to sums: UnsafeMutablePointer<Double>
  ) {
    let kernel = kernels.symmetric.addColumnSums
    forColumns(x.columnCount, rows: x.rowCount) { j, count in
      kernel(x.base + j, x.rowCount, count, x.rowStride, shift.map { $0 + j }, sums + j)
    }
  }

  /// sums[j] ← sums[j] + Σᵢ x[i, j] of bytes, exact while below 2⁵³.
  package func addColumnSums(
    bytes x: UnsafePointer<UInt8>, rows: Int, columns: Int, rowStride: Int,
    to sums: UnsafeMutablePointer<Double>
  ) {
    let kernel = kernels.symmetric.addByteColumnSums
    forColumns(columns, rows: rows) { j, count in kernel(x + j, rows, count, rowStride, sums + j) }
  }
}
