// Four lanes, which every x86-64 and arm64 CPU has.

import CShims

typealias Floats = SIMD4<Float>
typealias Integers = SIMD4<Int32>
typealias Words = SIMD4<UInt32>
typealias Doubles = SIMD4<Double>

#if arch(arm64)
  let instructionSetName = "neon"
#else
  let instructionSetName = "baseline"
#endif

/// a·b + c, rounded once if the hardware can. On x86-64 without FMA, the fused form would be one library call
/// per lane.
#if arch(arm64)
  @inline(__always) func multiplyAdd(_ a: Floats, _ b: Floats, _ c: Floats) -> Floats {
    c.addingProduct(a, b)
  }
#else
  @inline(__always) func multiplyAdd(_ a: Floats, _ b: Floats, _ c: Floats) -> Floats { a * b + c }
#endif

/// √x. `squareRoot()` of Swift's SIMD types computes one lane at a time.
@inline(__always) func squareRoot(_ x: Floats) -> Floats { shim_square_root4(x) }

/// x in double precision.
@inline(__always) func widen(_ x: Floats) -> Doubles { shim_widen4(x) }

/// x in single precision.
@inline(__always) func narrow(_ x: Doubles) -> Floats { shim_narrow4(x) }

/// Integers as floats.
@inline(__always) func floats(_ x: Integers) -> Floats { shim_from_int4(x) }

/// Bytes as floats, 0 to 255.
@inline(__always) func floats(bytes: UnsafePointer<UInt8>) -> Floats { shim_from_bytes4(bytes) }

/// 255·x rounded to the nearest integer, in 0 ... 255.
@inline(__always) func nearestBytes(_ x: Floats) -> Integers { shim_nearest_bytes4(x) }

/// All bits are set in the lanes where x is within one unit in the last place of `bytes` / 255.
@inline(__always) func areBytes(_ x: Floats, _ bytes: Integers) -> Integers { shim_are_bytes4(x, bytes) }

/// Stores integers between 0 and 255 as bytes.
@inline(__always) func storeBytes(_ x: Integers, _ bytes: UnsafeMutablePointer<UInt8>) {
  shim_store_bytes4(x, bytes)
}

/// Integers in double precision.
@inline(__always) func widen(_ x: Integers) -> Doubles { shim_widen_int4(x) }

/// The lower halves of the 64-bit products. `multiplyHigh` shares the multiplication.
@inline(__always) func multiplyLow(_ x: Words, _ y: Words) -> Words { shim_multiply_low4(x, y) }

/// The upper halves of the 64-bit products.
@inline(__always) func multiplyHigh(_ x: Words, _ y: Words) -> Words { shim_multiply_high4(x, y) }

/// Bytes as integers.
@inline(__always) func integers(bytes: UnsafePointer<UInt8>) -> Integers { shim_bytes4(bytes) }

/// The number of rows whose bytes share a 32-bit lane, here as 16-bit numbers.
let rowsPerLane = 2

/// sum + x₀·y₀ + x₁·y₁, where x₀ and x₁ are the 16-bit halves of a lane.
@inline(__always) func addProducts(_ x: Integers, _ y: Integers, _ sum: Integers) -> Integers {
  sum &+ shim_multiply_pairs4(x, y)
}
