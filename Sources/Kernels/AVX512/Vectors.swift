// 16 lanes, with fused multiply-add.

import CShims

typealias Floats = SIMD16<Float>
typealias Integers = SIMD16<Int32>
typealias Words = SIMD16<UInt32>
typealias Doubles = SIMD16<Double>

let instructionSetName = "avx512"

/// a·b + c, rounded once.
@inline(__always) func multiplyAdd(_ a: Floats, _ b: Floats, _ c: Floats) -> Floats {
  c.addingProduct(a, b)
}

/// √x. `squareRoot()` of Swift's SIMD types computes one lane at a time.
@inline(__always) func squareRoot(_ x: Floats) -> Floats { shim_square_root16(x) }

/// x in double precision.
@inline(__always) func widen(_ x: Floats) -> Doubles { shim_widen16(x) }

/// x in single precision.
@inline(__always) func narrow(_ x: Doubles) -> Floats { shim_narrow16(x) }

/// Integers as floats.
@inline(__always) func floats(_ x: Integers) -> Floats { shim_from_int16(x) }

/// Bytes as floats, 0 to 255.
@inline(__always) func floats(bytes: UnsafePointer<UInt8>) -> Floats { shim_from_bytes16(bytes) }

/// 255·x rounded to the nearest integer, in 0 ... 255.
@inline(__always) func nearestBytes(_ x: Floats) -> Integers { shim_nearest_bytes16(x) }

/// All bits are set in the lanes where x is within one unit in the last place of `bytes` / 255.
@inline(__always) func areBytes(_ x: Floats, _ bytes: Integers) -> Integers { shim_are_bytes16(x, bytes) }

/// Stores integers between 0 and 255 as bytes.
@inline(__always) func storeBytes(_ x: Integers, _ bytes: UnsafeMutablePointer<UInt8>) {
  shim_store_bytes16(x, bytes)
}

/// Integers in double precision.
@inline(__always) func widen(_ x: Integers) -> Doubles { shim_widen_int16(x) }

/// The lower halves of the 64-bit products. `multiplyHigh` shares the multiplication.
@inline(__always) func multiplyLow(_ x: Words, _ y: Words) -> Words { shim_multiply_low16(x, y) }

/// The upper halves of the 64-bit products.
@inline(__always) func multiplyHigh(_ x: Words, _ y: Words) -> Words { shim_multiply_high16(x, y) }

/// Bytes as integers.
@inline(__always) func integers(bytes: UnsafePointer<UInt8>) -> Integers { shim_bytes16(bytes) }

/// The number of rows whose bytes share a 32-bit lane.
let rowsPerLane = 4

/// sum + x₀·y₀ + … + x₃·y₃ in each lane, for unsigned bytes x and signed bytes y.
@inline(__always) func addProducts(_ x: Integers, _ y: Integers, _ sum: Integers) -> Integers {
  shim_add_byte_products16(x, y, sum)
}
