import CShims
import Checkpoints
import Tensors

/// A growing array of bytes. A failed allocation throws.
struct ByteWriter {
  private var buffer: Buffer<UInt8>
  private(set) var count = 0
  private let memory: Memory

  init(in memory: Memory) throws(GenerativeError) {
    self.memory = memory
    buffer = try Buffer(uninitializedCount: 256, in: memory)
  }

  var bytes: [UInt8] { Array(UnsafeBufferPointer(start: buffer.base, count: count)) }

  /// Appends uninitialized bytes, which the caller must write, and returns a pointer to them.
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

  /// Appends bytes in base64 (RFC 4648).
  mutating func append(base64 other: ByteWriter) throws(GenerativeError) {
    let alphabet: StaticString = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    let (bytes, count) = (other.buffer.base, other.count)
    var target = try extend((count + 2) / 3 * 4)
    for start in stride(from: 0, to: count, by: 3) {
      func byte(_ i: Int) -> Int { start + i < count ? Int(bytes[start + i]) : 0 }
      let group = byte(0) << 16 | byte(1) << 8 | byte(2)
      for place in 0..<4 {
        let digit = alphabet.utf8Start[group >> (18 - 6 * place) & 63]
        target[place] = start + place > count ? UInt8(ascii: "=") : digit
      }
      target += 4
    }
  }

  /// Copies all bytes to `target`, which must have room for them.
  func copy(to target: UnsafeMutableRawPointer) { target.copyMemory(from: buffer.base, byteCount: count) }

  /// Replaces the file at `path` atomically.
  ///
  /// - Throws: `.io`, with the system's reason. An existing file is then unchanged.
  func write(to path: String) throws(GenerativeError) {
    let piece = [shim_piece(bytes: buffer.base, count: Int64(count))]
    let code = withExtendedLifetime(buffer) { shim_write_file_atomically(path, piece, 1) }
    guard code == 0 else { throw ioError("write", path, code) }
  }
}
