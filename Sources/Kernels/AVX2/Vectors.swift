// 8 lanes, with fused multiply-add.

typealias Floats = SIMD8<Float>
typealias Integers = SIMD8<Int32>
typealias Words = SIMD8<UInt32>

let instructionSetName = "avx2"

/// a·b + c, rounded once.
@inline(__always) func multiplyAdd(_ a: Floats, _ b: Floats, _ c: Floats) -> Floats {
  c.addingProduct(a, b)
}
