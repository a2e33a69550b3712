import Tensors

/// A protocol buffers message. Each field has a number, a wire type and a value.
package struct Protobuf {
  private(set) var writer: ByteWriter

  package init(in memory: Memory) throws(GenerativeError) { writer = try ByteWriter(in: memory) }

  var byteCount: Int { writer.count }
  /// For tests.
  package var bytes: [UInt8] { writer.bytes }

  private mutating func varint(_ value: UInt64) throws(GenerativeError) {
    var rest = value
    while rest >= 0x80 {
      try writer.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    try writer.append(UInt8(truncatingIfNeeded: rest))
  }

  /// Wire types: 0: varint; 2: byte count, then bytes; 5: four bytes.
  private mutating func key(_ field: Int, _ wireType: UInt64) throws(GenerativeError) {
    try varint(UInt64(field) << 3 | wireType)
  }

  package mutating func integer(_ field: Int, _ value: Int) throws(GenerativeError) {
    try key(field, 0)
    try varint(UInt64(bitPattern: Int64(value)))
  }

  package mutating func float(_ field: Int, _ value: Float) throws(GenerativeError) {
    try key(field, 5)
    for shift in [UInt32(0), 8, 16, 24] {
      try writer.append(UInt8(truncatingIfNeeded: value.bitPattern >> shift))
    }
  }

  package mutating func text(_ field: Int, _ value: String) throws(GenerativeError) {
    try key(field, 2)
    try varint(UInt64(value.utf8.count))
    try writer.append(value)
  }

  package mutating func message(_ field: Int, _ message: Protobuf) throws(GenerativeError) {
    try key(field, 2)
    try varint(UInt64(message.byteCount))
    try writer.append(message.writer)
  }

  /// Appends a field of uninitialized bytes, which the caller must write, and returns a pointer to them.
  mutating func bytes(_ field: Int, _ count: Int) throws(GenerativeError) -> UnsafeMutablePointer<UInt8> {
    try key(field, 2)
    try varint(UInt64(count))
    return try writer.extend(count)
  }
}
