// The lanes of a packed operand that is rounded to bfloat16: pairs of elements along the depth, the first in the
// upper half, because the instruction adds the product of the upper halves first. Magnitudes below 2⁻⁵⁶ become 0,
// as in Rounding.swift.

import CShims

/// The number of elements along the depth in a lane.
@inline(__always) var depthPerLane: Int { 2 }

/// The lane of the element at `source` and, if it `isWhole`, the elements after it along the depth.
@inline(__always) func lane(_ source: Input, _ depthStride: Int, isWhole: Bool) -> Float {
  pairs4(SIMD4(source[0], 0, 0, 0), SIMD4(isWhole ? source[depthStride] : 0, 0, 0, 0))[0]
}

/// Four lanes along the depth, whose elements are adjacent.
@inline(__always) func lanesAlong(_ source: Input) -> SIMD4<Float> {
  unsafeBitCast(shim_bfloat16_pairs4(source), to: SIMD4<Float>.self)
}

/// Four adjacent lanes across the depth.
@inline(__always) func lanesAcross(_ source: Input, _ depthStride: Int) -> SIMD4<Float> {
  pairs4(load4(source), load4(source + depthStride))
}

/// A vector of adjacent lanes across the depth.
@inline(__always) func vectorAcross(_ source: Input, _ depthStride: Int) -> Floats {
  roundedAcross(load(source), load(source + depthStride))
}

/// The number of elements along the depth in a lane of a rounded operand.
@inline(__always) var roundedPerLane: Int { 2 }

/// Stores a vector of elements that are adjacent along the depth.
@inline(__always) func storeRounded(_ x: Floats, _ lanes: Output) {
  UnsafeMutableRawPointer(lanes).storeBytes(of: shim_bfloat16_pairs8(x), as: SIMD8<UInt32>.self)
}

/// Lanes of elements x and those that follow them along the depth.
@inline(__always) func roundedAcross(_ x: Floats, _ next: Floats) -> Floats {
  let upper = shim_bfloat16_16(x) &<< SIMD16(repeating: 16)
  return unsafeBitCast(upper | shim_bfloat16_16(next), to: Floats.self)
}

@inline(__always) private func pairs4(_ first: SIMD4<Float>, _ second: SIMD4<Float>) -> SIMD4<Float> {
  let upper = shim_bfloat16_4(first) &<< SIMD4(repeating: 16)
  return unsafeBitCast(upper | shim_bfloat16_4(second), to: SIMD4<Float>.self)
}

@inline(__always) private func load4(_ source: Input) -> SIMD4<Float> {
  UnsafeRawPointer(source).loadUnaligned(as: SIMD4<Float>.self)
}

/// See `ProductKernels.RoundRows`.
func roundRows(
  _ source: Input, _ rowStride: Int, _ rows: Int, _ depth: Int, _ lanes: Output, _ laneStride: Int
) {
  var i = 0
  while i < rows {
    let from = source + i &* rowStride
    let to = lanes + i &* laneStride
    var p = 0
    while p &+ 8 <= depth {
      UnsafeMutableRawPointer(to + p / 2).storeBytes(of: lanesAlong(from + p), as: SIMD4<Float>.self)
      p &+= 8
    }
    while p < depth {
      to[p / 2] = lane(from + p, 1, isWhole: p &+ 1 < depth)
      p &+= 2
    }
    i &+= 1
  }
}
