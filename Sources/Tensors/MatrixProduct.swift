import Kernels

extension Context {
  /// C ← act(A·B + bias), or C ← C + A·B if `accumulating` (then without bias and activation).
  ///
  /// A is m × k and B is k × n, both with any strides (so NN, NT, TN). C is m × n with unit column stride.
  /// `bias` has n elements. In a context of precision bfloat16, the elements of A and B are rounded. The order
  /// of each element's sum depends only on k, so the bits are the same for any m, n and thread count. k = 0
  /// gives act(bias).
  package func multiply(
    _ a: Matrix, _ b: Matrix, into c: Matrix, accumulating: Bool = false,
    bias: UnsafePointer<Float>? = nil, activation: Activation = .identity
  ) {
    let product = Product(
      context: self, rows: c.rowCount, columns: c.columnCount, depth: a.columnCount, c: c,
      accumulating: accumulating, bias: bias, activation: activation)
    product.run(a, .matrix(b))
  }

  /// C ← A·(B − 1·sᵀ); `shift` s has n elements. B has unit column stride.
  package func multiply(_ a: Matrix, _ b: Matrix, subtracting shift: Input, into c: Matrix) {
    let pack = kernels.floatMoments.pack
    let product = Product(
      context: float32, rows: c.rowCount, columns: c.columnCount, depth: a.columnCount, c: c)
    product.run(
      a,
      .packer { first, count, start, depth, panel in
        pack(b.address(start, first), b.rowStride, depth, count, shift + first, panel, nil)
      })
  }

  /// The product with a B that was packed beforehand: C ← act(A·B + bias), or C ← C + A·B.
  ///
  /// The bits are those of the unpacked product.
  package func multiply(
    _ a: Matrix, packed b: PackedMatrix, into c: Matrix, accumulating: Bool = false,
    bias: UnsafePointer<Float>? = nil, activation: Activation = .identity
  ) {
    let product = Product(
      context: self, rows: c.rowCount, columns: c.columnCount, depth: a.columnCount, c: c,
      accumulating: accumulating, bias: bias, activation: activation)
    product.run(a, .packed(b.panels))
  }
}

extension Matrix {
  /// The address of element (i, j).
  @inline(__always) func address(_ i: Int, _ j: Int) -> UnsafeMutablePointer<Float> {
    base + (i * rowStride + j * columnStride)
  }
}
