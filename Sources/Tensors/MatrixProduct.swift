import Glibc

extension Context {
  /// C ← act(A·B + bias), or C ← C + A·B when `accumulating` (then without bias and activation).
  ///
  /// A is m × k, B k × n, C m × n with unit column stride; any strides of A and B (so NN, NT, TN).
  /// `bias` has n elements. Each element is summed in an order that depends on k alone: the same
  /// bits for any m, n and thread count. k = 0 gives act(bias).
  package func multiply(
    _ a: Matrix, _ b: Matrix, into c: Matrix, accumulating: Bool = false,
    bias: UnsafePointer<Float>? = nil, activation: Activation = .identity
  ) {
    for i in 0..<c.rowCount {
      for j in 0..<c.columnCount {
        var sum: Float = accumulating ? c.base[i * c.rowStride + j] : (bias?[j] ?? 0)
        for p in 0..<a.columnCount {
          sum += a.base[i * a.rowStride + p * a.columnStride] * b.base[p * b.rowStride + j * b.columnStride]
        }
        c.base[i * c.rowStride + j] = sum
      }
    }
    if activation != .identity {
      for i in 0..<c.rowCount {
        activate(c.base + i * c.rowStride, count: c.columnCount, activation, into: c.base + i * c.rowStride)
      }
    }
  }

  /// C ← C + scale · Aᵀ·A, both triangles, doing half the work of `multiply`.
  ///
  /// A is m × n with unit column stride, C n × n packed.
  package func rankUpdate(_ a: Matrix, into c: Matrix, scale: Float = 1) {
    for i in 0..<c.rowCount {
      for j in 0..<c.columnCount {
        var sum: Float = 0
        for p in 0..<a.rowCount { sum += a.base[p * a.rowStride + i] * a.base[p * a.rowStride + j] }
        c.base[i * c.rowStride + j] += scale * sum
      }
    }
  }
}
