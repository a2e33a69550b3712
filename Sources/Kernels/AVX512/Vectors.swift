// 16 lanes, with fused multiply-add.

typealias Floats = SIMD16<Float>
typealias Integers = SIMD16<Int32>
typealias Words = SIMD16<UInt32>

let instructionSetName = "avx512"

/// a·b + c, rounded once.
@inline(__always) func multiplyAdd(_ a: Floats, _ b: Floats, _ c: Floats) -> Floats {
  c.addingProduct(a, b)
}
