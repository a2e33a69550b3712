import CShims
import Tensors

/// Bytes in order, from wherever they come.
protocol ByteReader: AnyObject {
  /// The most bytes that could still come.
  var largestByteCount: Int { get }

  /// Reads up to `count` bytes more; tells how many, fewer only at the end.
  func read(_ count: Int, into bytes: UnsafeMutablePointer<UInt8>) throws(GenerativeError) -> Int
}

/// The bytes of a gzip file; the checksum is verified where reading reaches the end.
final class GzipReader: ByteReader {
  private let path: String
  private let compressed: Buffer<UInt8>
  private let inflater: UnsafeMutableRawPointer

  /// Deflate cannot do better than 1032 : 1.
  let largestByteCount: Int

  /// - Throws: `.limit` when the file is larger than `limit` bytes, `.io`, `.memory`.
  init(_ file: InputFile, limit: Int, in memory: Memory) throws(GenerativeError) {
    let compressed = try file.readAll(limit: limit, in: memory)
    guard
      let inflater = shim_inflater_create(
        compressed.base, Int64(compressed.count), compressed.memory.allocator)
    else {
      throw GenerativeError(.memory, "could not allocate an inflater")
    }
    path = file.path
    self.compressed = compressed
    self.inflater = inflater
    largestByteCount = checkedProduct(compressed.count, 1032) ?? .max
  }

  deinit { shim_inflater_destroy(inflater) }

  /// - Throws: `.format`, `.truncated` or `.memory`.
  func read(_ count: Int, into bytes: UnsafeMutablePointer<UInt8>) throws(GenerativeError) -> Int {
    var got: Int64 = 0
    switch shim_inflater_read(inflater, bytes, Int64(count), &got) {
    case SHIM_INFLATE_OK: return Int(got)
    case SHIM_INFLATE_TRUNCATED:
      throw GenerativeError(.truncated, "\(path) ends within its compressed data")
    case SHIM_INFLATE_MEMORY: throw GenerativeError(.memory, "\(path): out of memory while inflating")
    default: throw GenerativeError(.format, "\(path): corrupt gzip data")
    }
  }
}

/// The bytes of a file as they are.
final class PlainReader: ByteReader {
  private let file: InputFile
  private var offset = 0

  init(_ file: InputFile) { self.file = file }

  var largestByteCount: Int { file.byteCount - offset }

  func read(_ count: Int, into bytes: UnsafeMutablePointer<UInt8>) throws(GenerativeError) -> Int {
    let available = min(count, largestByteCount)
    try file.read(available, at: offset, into: bytes)
    offset += available
    return available
  }
}
