/// A 16-bit floating-point type of tensors in files. In memory, tensors are floats.
package enum HalfFloat: Sendable {
  /// 11 significant bits, magnitudes up to 65,504 (IEEE 754 binary16).
  case float16
  /// 8 significant bits, the range of floats.
  case bfloat16

  /// The number with these bits, exactly.
  func float(_ bits: UInt16) -> Float {
    switch self {
    case .bfloat16: return Float(bitPattern: UInt32(bits) << 16)
    case .float16:
      let sign = UInt32(bits & 0x8000) << 16
      let magnitude = UInt32(bits & 0x7FFF) << 13
      let bias: UInt32 = (127 - 15) << 23
      switch magnitude >> 23 {
      // Zero and subnormal numbers, with 2⁻¹⁴ added and subtracted.
      case 0:
        return Float(bitPattern: sign | (Float(bitPattern: magnitude + bias + 1 << 23) - 0x1p-14).bitPattern)
      case 31: return Float(bitPattern: sign | magnitude | 0x7F80_0000)
      default: return Float(bitPattern: sign | (magnitude + bias))
      }
    }
  }

  /// The bits of the nearest number; of two, the even one. Magnitudes that are too large become infinite. `x` is
  /// not NaN.
  func bits(_ x: Float) -> UInt16 {
    let magnitude = x.magnitude.bitPattern
    switch self {
    case .bfloat16:
      return UInt16(truncatingIfNeeded: (x.bitPattern &+ 0x7FFF &+ x.bitPattern >> 16 & 1) >> 16)
    case .float16:
      let sign = UInt16(truncatingIfNeeded: x.bitPattern >> 16) & 0x8000
      if x.magnitude >= 65_520 { return sign | 0x7C00 }
      // Subnormal numbers are multiples of 2⁻²⁴, as floats near ½ are.
      if x.magnitude < 0x1p-14 {
        return sign | UInt16(truncatingIfNeeded: (x.magnitude + 0.5).bitPattern - Float(0.5).bitPattern)
      }
      let bias: UInt32 = (127 - 15) << 23
      return sign | UInt16(truncatingIfNeeded: (magnitude - bias + 0xFFF + magnitude >> 13 & 1) >> 13)
    }
  }
}
