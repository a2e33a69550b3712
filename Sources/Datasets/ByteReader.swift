import CShims
import Tensors

/// A sequential source of bytes.
protocol ByteReader: AnyObject {
  /// An upper bound of the number of bytes left.
  var largestByteCount: Int { get }
  /// An estimate of the number of bytes left.
  var likelyByteCount: Int { get }

  /// Reads up to `count` further bytes. Returns their number, which is less than `count` only at the end.
  func read(_ count: Int, into bytes: UnsafeMutablePointer<UInt8>) throws(GenerativeError) -> Int
}

extension ByteReader {
  var likelyByteCount: Int { largestByteCount }

  /// `read` for many bytes. Reads in pieces, between which the call may be stopped.
  func readAll(_ count: Int, into bytes: UnsafeMutablePointer<UInt8>) throws(GenerativeError) -> Int {
    let piece = 8 << 20
    var done = 0
    while done < count {
      try Run.proceed(done, of: count)
      let got = try read(min(piece, count - done), into: bytes + done)
      done += got
      if got == 0 { break }
    }
    return done
  }
}

/// The bytes of a compressed file or of a part of one. The checksum is verified when reading reaches the end.
final class GzipReader: ByteReader {
  private let path: String
  private let compressed: Buffer<UInt8>
  private let inflater: UnsafeMutableRawPointer
  /// Bytes inflated for inspection that are still to be read.
  private var peeked: Buffer<UInt8>?
  private var peekedCount = 0

  /// Maximum size of a compressed file. Compressed files are read completely.
  private static let largestFile = 4 << 30

  /// Deflate cannot compress more than 1032 : 1.
  let largestByteCount: Int

  /// A gzip file.
  ///
  /// - Throws: `.limit` if it is too large; `.io`; `.memory`.
  convenience init(_ file: InputFile, in memory: Memory) throws(GenerativeError) {
    try self.init(
      try file.readAll(limit: Self.largestFile, in: memory), path: file.path, isBare: false)
  }

  /// - Parameter isBare: whether the compressed data has neither a header nor a checksum.
  init(_ compressed: Buffer<UInt8>, path: String, isBare: Bool) throws(GenerativeError) {
    guard
      let inflater = shim_inflater_create(
        compressed.base, Int64(compressed.count), isBare ? 1 : 0, compressed.memory.allocator)
    else {
      throw GenerativeError(.memory, "could not allocate an inflater")
    }
    self.path = path
    self.compressed = compressed
    self.inflater = inflater
    largestByteCount = checkedProduct(compressed.count, 1032) ?? .max
  }

  deinit { shim_inflater_destroy(inflater) }

  var likelyByteCount: Int { min(4 * compressed.count + 64, largestByteCount) }

  /// The first bytes, without consuming them.
  func peek(_ count: Int) throws(GenerativeError) -> Buffer<UInt8> {
    let bytes = try Buffer<UInt8>(count: count, in: compressed.memory)
    let got = try read(count, into: bytes.base)
    (peeked, peekedCount) = (bytes, got)
    return got == count
      ? bytes
      : try Buffer(
        copying: UnsafeBufferPointer(start: bytes.base, count: got), in: compressed.memory)
  }

  /// - Throws: `.format`, `.truncated` or `.memory`.
  func read(_ count: Int, into bytes: UnsafeMutablePointer<UInt8>) throws(GenerativeError) -> Int {
    var done = 0
    if let peeked {
      done = min(count, peekedCount)
      bytes.update(from: peeked.base, count: done)
      peekedCount -= done
      peeked.base.update(from: peeked.base + done, count: peekedCount)
      if peekedCount == 0 { self.peeked = nil }
    }
    var got: Int64 = 0
    switch shim_inflater_read(inflater, bytes + done, Int64(count - done), &got) {
    case SHIM_INFLATE_OK: return done + Int(got)
    case SHIM_INFLATE_TRUNCATED:
      throw GenerativeError(.truncated, "\(path) ends within its compressed data")
    case SHIM_INFLATE_MEMORY: throw GenerativeError(.memory, "\(path): out of memory while inflating")
    default: throw GenerativeError(.format, "\(path): corrupt gzip data")
    }
  }
}

/// The bytes of a file, or of a part of one, unchanged.
final class PlainReader: ByteReader {
  private let file: InputFile
  private var offset: Int
  private let end: Int

  convenience init(_ file: InputFile) { self.init(file, 0..<file.byteCount) }

  init(_ file: InputFile, _ range: Range<Int>) {
    self.file = file
    (offset, end) = (range.lowerBound, range.upperBound)
  }

  var largestByteCount: Int { end - offset }

  func read(_ count: Int, into bytes: UnsafeMutablePointer<UInt8>) throws(GenerativeError) -> Int {
    let available = min(count, largestByteCount)
    try file.read(available, at: offset, into: bytes)
    offset += available
    return available
  }
}
