import CShims
import Testing

/// CRC-32C bit by bit, straight from its definition: the reflected polynomial 0x1EDC6F41.
func bitwiseCRC32C(_ bytes: [UInt8]) -> UInt32 {
  var crc: UInt32 = .max
  for byte in bytes {
    crc ^= UInt32(byte)
    for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0x82F6_3B78 : crc >> 1 }
  }
  return ~crc
}

struct ChecksumTests {
  typealias Function = @Sendable (UInt32, UnsafeRawPointer?, Int64) -> UInt32
  static let functions: [(name: String, call: Function)] = [
    ("fastest", { shim_crc32c($0, $1, $2) }), ("portable", { shim_crc32c_portable($0, $1, $2) }),
  ]

  /// RFC 3720, appendix B.4, and the usual check value.
  @Test(arguments: 0...1)
  func theValuesOfTheStandardComeOut(which: Int) {
    let crc = Self.functions[which].call
    #expect(crc(0, Array("123456789".utf8), 9) == 0xE306_9283)
    #expect(crc(0, [UInt8](repeating: 0, count: 32), 32) == 0x8A91_36AA)
    #expect(crc(0, [UInt8](repeating: 0xFF, count: 32), 32) == 0x62A8_AB43)
    #expect(crc(0, [UInt8](0..<32), 32) == 0x46DD_794E)
    #expect(crc(0, nil, 0) == 0)
  }

  @Test(arguments: 0...1)
  func everyLengthAlignmentAndSplitAgreesWithTheDefinition(which: Int) {
    let crc = Self.functions[which].call
    let bytes = (0..<100).map { UInt8(truncatingIfNeeded: $0 * 167 + 13) }
    bytes.withUnsafeBytes { all in
      for start in 0..<9 {
        for end in start...100 {
          let part = Array(bytes[start..<end])
          let split = (end - start) / 3
          let base = all.baseAddress.unsafelyUnwrapped + start
          let first = crc(0, base, Int64(split))
          #expect(crc(first, base + split, Int64(end - start - split)) == bitwiseCRC32C(part))
        }
      }
    }
  }
}
