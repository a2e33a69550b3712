/// Eight lanes: one register.
typealias DoubleVector = SIMD8<Double>

/// a·b + c, rounded once.
@inline(__always)
func multiplyAdd(_ a: DoubleVector, _ b: DoubleVector, _ c: DoubleVector) -> DoubleVector {
  c.addingProduct(a, b)
}
