// Four lanes: what every x86-64 and arm64 has.

typealias Floats = SIMD4<Float>
typealias Integers = SIMD4<Int32>
typealias Words = SIMD4<UInt32>

#if arch(arm64)
  let instructionSetName = "neon"
#else
  let instructionSetName = "baseline"
#endif

/// a·b + c, rounded once where the hardware can: on x86-64 without FMA the fused form would be a
/// library call per lane.
#if arch(arm64)
  @inline(__always) func multiplyAdd(_ a: Floats, _ b: Floats, _ c: Floats) -> Floats {
    c.addingProduct(a, b)
  }
#else
  @inline(__always) func multiplyAdd(_ a: Floats, _ b: Floats, _ c: Floats) -> Floats { a * b + c }
#endif
