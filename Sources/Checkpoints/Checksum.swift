import CShims
import Tensors

/// A CRC-32C over pieces of memory, as stored in a checkpoint's metadata.
package struct Checksum: Equatable {
  /// The metadata key of the tensors' checksum.
  static let key = "crc32c"
  /// The metadata key of the header's checksum. It covers the metadata in order, which includes the tensors'
  /// checksum, and the tensors' names, types and shapes.
  static let headerKey = "header_crc32c"
  /// The number of UTF-8 bytes in the key and the value.
  static let metadataByteCount = key.utf8.count + 8

  package private(set) var value: UInt32 = 0

  package init() {}

  package mutating func append(_ bytes: UnsafeRawBufferPointer) {
    value = shim_crc32c(value, bytes.baseAddress, Int64(bytes.count))
  }

  /// The checksum of a header.
  ///
  /// - Parameter metadata: without `headerKey`.
  static func ofHeader(
    _ metadata: [String: String], _ tensors: some Sequence<(name: String, type: ElementType, shape: [Int])>
  ) -> Checksum {
    var checksum = Checksum()
    func append(_ text: String) {
      // A zero byte after each text keeps adjacent texts apart.
      var text = text + "\0"
      text.withUTF8 { checksum.append(UnsafeRawBufferPointer($0)) }
    }
    for (key, value) in metadata.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
      append(key)
      append(value)
    }
    for tensor in tensors { append("\(tensor.name) \(tensor.type.rawValue) \(tensor.shape)") }
    return checksum
  }

  /// Eight lower-case hexadecimal digits.
  var text: String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }
}
