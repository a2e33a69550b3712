/// Two lanes: one register.
typealias DoubleVector = SIMD2<Double>

/// a·b + c, rounded once if the hardware can.
@inline(__always)
func multiplyAdd(_ a: DoubleVector, _ b: DoubleVector, _ c: DoubleVector) -> DoubleVector {
  #if arch(arm64)
    c.addingProduct(a, b)
  #else
    a * b + c
  #endif
}
