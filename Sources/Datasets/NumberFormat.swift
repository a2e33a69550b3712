import Tensors

/// The encoding of a number in a file.
package struct NumberFormat: Equatable, Sendable {
  package enum Kind: Sendable { case unsigned, signed, float }

  var kind: Kind
  var byteCount: Int
  var isBigEndian = false

  /// Whether floats cannot represent all numbers of this format.
  package var isWide: Bool { kind == .float ? byteCount == 8 : byteCount >= 4 }

  /// The number at an address of any alignment.
  @inline(__always)
  func value(at address: UnsafeRawPointer) -> Double {
    var bits: UInt64 = 0
    for i in 0..<byteCount {
      let byte = address.load(fromByteOffset: isBigEndian ? i : byteCount - 1 - i, as: UInt8.self)
      bits = bits << 8 | UInt64(byte)
    }
    switch kind {
    case .unsigned: return Double(bits)
    case .signed:
      let unused = UInt64(64 - 8 * byteCount)
      return Double(Int64(bitPattern: bits << unused) >> Int64(unused))
    case .float where byteCount == 8: return Double(bitPattern: bits)
    case .float where byteCount == 4: return Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits)))
    case .float: return Self.half(bits)
    }
  }

  /// The value of an IEEE 754 half-precision number.
  private static func half(_ bits: UInt64) -> Double {
    let (exponent, fraction) = (Int(bits >> 10 & 31), Double(bits & 1023))
    let size =
      switch exponent {
      case 0: fraction * 0x1p-24
      case 31: fraction == 0 ? Double.infinity : .nan
      default: (1024 + fraction) * Double(sign: .plus, exponent: exponent - 25, significand: 1)
      }
    return bits >> 15 == 0 ? size : -size
  }
}
