import CShims
import Tensors

/// Bytes that grow, in memory that may be refused.
struct ByteWriter {
  private var buffer: Buffer<UInt8>
  private(set) var count = 0
  private let memory: Memory

  init(in memory: Memory) throws(GenerativeError) {
    self.memory = memory
    buffer = try Buffer(uninitializedCount: 256, in: memory)
  }

  var bytes: [UInt8] { Array(UnsafeBufferPointer(start: buffer.base, count: count)) }

  /// Room for this many more bytes, which are now part of it.
  mutating func extend(_ byteCount: Int) throws(GenerativeError) -> UnsafeMutablePointer<UInt8> {
    if byteCount > buffer.count - count {
      let larger = try Buffer<UInt8>(uninitializedCount: max(2 * buffer.count, count + byteCount), in: memory)
      larger.base.update(from: buffer.base, count: count)
      buffer = larger
    }
    count += byteCount
    return buffer.base + (count - byteCount)
  }

  mutating func append(_ byte: UInt8) throws(GenerativeError) { try extend(1).pointee = byte }

  mutating func append(_ text: String) throws(GenerativeError) {
    var target = try extend(text.utf8.count)
    for byte in text.utf8 {
      target.pointee = byte
      target += 1
    }
  }

  mutating func append(_ other: ByteWriter) throws(GenerativeError) {
    try extend(other.count).update(from: other.buffer.base, count: other.count)
  }

  /// Replaces the file at `path`, whole or not at all.
  ///
  /// - Throws: `.io` with the system's reason.
  func write(to path: String) throws(GenerativeError) {
    let piece = [shim_piece(bytes: buffer.base, count: Int64(count))]
    let code = withExtendedLifetime(buffer) { shim_write_file_atomically(path, piece, 1) }
    guard code == 0 else {
      throw GenerativeError(
        .io, "cannot write \(quoted(path)): \(String(cString: shim_errno_description(code)))")
    }
  }
}
