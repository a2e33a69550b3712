// The lanes of a packed operand that is multiplied as it is: floats.

/// The number of elements along the depth in a lane.
@inline(__always) var depthPerLane: Int { 1 }

/// The lane of the element at `source` and, if it `isWhole`, the elements after it along the depth.
@inline(__always) func lane(_ source: Input, _ depthStride: Int, isWhole: Bool) -> Float { source[0] }

/// Four lanes along the depth, whose elements are adjacent.
@inline(__always) func lanesAlong(_ source: Input) -> SIMD4<Float> {
  UnsafeRawPointer(source).loadUnaligned(as: SIMD4<Float>.self)
}

/// Four adjacent lanes across the depth.
@inline(__always) func lanesAcross(_ source: Input, _ depthStride: Int) -> SIMD4<Float> { lanesAlong(source) }

/// A vector of adjacent lanes across the depth.
@inline(__always) func vectorAcross(_ source: Input, _ depthStride: Int) -> Floats { load(source) }
