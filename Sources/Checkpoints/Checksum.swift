import CShims

/// CRC-32C over pieces of memory, as it stands in a checkpoint's metadata.
package struct Checksum: Equatable {
  /// The metadata key it is kept under.
  static let key = "crc32c"
  /// UTF-8 bytes of key and value.
  static let metadataByteCount = key.utf8.count + 8

  package private(set) var value: UInt32 = 0

  package init() {}

  package mutating func append(_ bytes: UnsafeRawBufferPointer) {
    value = shim_crc32c(value, bytes.baseAddress, Int64(bytes.count))
  }

  /// Eight lower-case hexadecimal digits.
  var text: String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }
}
