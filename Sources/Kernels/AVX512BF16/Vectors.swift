// 16 lanes, each of which is a float in C and a pair of bfloat16 numbers in A and B.

import CShims

typealias Floats = SIMD16<Float>

/// a₁·b₁ + (a₀·b₀ + c) in each lane, where a₀ and b₀ are the upper halves. Each product is exact, and each sum is
/// rounded to nearest. Subnormal numbers are taken as zeros.
@inline(__always) func multiplyAdd(_ a: Floats, _ b: Floats, _ c: Floats) -> Floats {
  shim_add_pair_products16(a, b, c)
}
