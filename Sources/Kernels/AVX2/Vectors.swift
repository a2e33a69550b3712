// 8 lanes, with fused multiply-add.

import CShims

typealias Floats = SIMD8<Float>
typealias Integers = SIMD8<Int32>
typealias Words = SIMD8<UInt32>
typealias Doubles = SIMD8<Double>

let instructionSetName = "avx2"

/// a·b + c, rounded once.
@inline(__always) func multiplyAdd(_ a: Floats, _ b: Floats, _ c: Floats) -> Floats {
  c.addingProduct(a, b)
}

/// √x. `squareRoot()` of Swift's SIMD types computes one lane at a time.
@inline(__always) func squareRoot(_ x: Floats) -> Floats { shim_square_root8(x) }

/// x in double precision.
@inline(__always) func widen(_ x: Floats) -> Doubles { shim_widen8(x) }

/// x in single precision.
@inline(__always) func narrow(_ x: Doubles) -> Floats { shim_narrow8(x) }

/// Integers as floats.
@inline(__always) func floats(_ x: Integers) -> Floats { shim_from_int8(x) }

/// Bytes as floats, 0 to 255.
@inline(__always) func floats(bytes: UnsafePointer<UInt8>) -> Floats { shim_from_bytes8(bytes) }

/// 255·x rounded to the nearest integer, in 0 ... 255.
@inline(__always) func nearestBytes(_ x: Floats) -> Integers { shim_nearest_bytes8(x) }

/// All bits are set in the lanes where x is within one unit in the last place of `bytes` / 255.
@inline(__always) func areBytes(_ x: Floats, _ bytes: Integers) -> Integers { shim_are_bytes8(x, bytes) }

/// Stores integers between 0 and 255 as bytes.
@inline(__always) func storeBytes(_ x: Integers, _ bytes: UnsafeMutablePointer<UInt8>) {
  shim_store_bytes8(x, bytes)
}

/// Integers in double precision.
@inline(__always) func widen(_ x: Integers) -> Doubles { shim_widen_int8(x) }

/// The lower halves of the 64-bit products. `multiplyHigh` shares the multiplication.
@inline(__always) func multiplyLow(_ x: Words, _ y: Words) -> Words { shim_multiply_low8(x, y) }

/// The upper halves of the 64-bit products.
@inline(__always) func multiplyHigh(_ x: Words, _ y: Words) -> Words { shim_multiply_high8(x, y) }

/// Bytes as integers.
@inline(__always) func integers(bytes: UnsafePointer<UInt8>) -> Integers { shim_bytes8(bytes) }

/// The number of rows whose bytes share a 32-bit lane, here as 16-bit numbers.
let rowsPerLane = 2

/// sum + x₀·y₀ + x₁·y₁, where x₀ and x₁ are the 16-bit halves of a lane.
@inline(__always) func addProducts(_ x: Integers, _ y: Integers, _ sum: Integers) -> Integers {
  sum &+ shim_multiply_pairs8(x, y)
}
