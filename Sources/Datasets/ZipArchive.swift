import CShims
import Tensors

/// The directory of a zip file (PKWARE's APPNOTE), for the arrays of an npz.
struct ZipArchive {
  struct Entry {
    let name: String
    let isDeflated: Bool
    let checksum: UInt32
    let headerOffset: Int
    let compressedCount: Int
    let byteCount: Int
  }

  private let file: InputFile
  private let memory: Memory
  private(set) var entries: [Entry] = []

  /// - Throws: `.format` for an incomplete or other file; `.io`, `.memory`.
  init(_ file: InputFile, in memory: Memory) throws(GenerativeError) {
    (self.file, self.memory) = (file, memory)
    // The end record is followed by a comment of at most 64 KiB.
    let tail = try read(max(0, file.byteCount - 65_557)..<file.byteCount)
    guard tail.count >= 22,
      let end = (0...tail.count - 22).reversed().first(where: { number(tail, $0, 4) == 0x0605_4B50 })
    else { throw malformed("it has no directory") }
    var (count, size, offset) = (
      number(tail, end + 10, 2), number(tail, end + 12, 4), number(tail, end + 16, 4)
    )
    if end >= 20, number(tail, end - 20, 4) == 0x0706_4B50 {
      // Zip64: the locator points to a larger end record.
      let record = try read(from: number(tail, end - 12, 8), 56)
      (count, size, offset) = (number(record, 32, 8), number(record, 40, 8), number(record, 48, 8))
    }
    guard count <= 65_536, size <= 1 << 26 else {
      throw malformed("its directory of \(count) files is too large")
    }
    let directory = try read(from: offset, size)
    var at = 0
    for _ in 0..<count {
      guard at + 46 <= size, number(directory, at, 4) == 0x0201_4B50 else {
        throw malformed("its directory ends early")
      }
      let (nameCount, extraCount) = (number(directory, at + 28, 2), number(directory, at + 30, 2))
      let next = at + 46 + nameCount + extraCount + number(directory, at + 32, 2)
      guard next <= size else { throw malformed("its directory ends early") }
      let method = number(directory, at + 10, 2)
      guard method == 0 || method == 8, number(directory, at + 8, 2) & 1 == 0 else {
        throw malformed("its files are encrypted, or compressed by method \(method)")
      }
      // For files beyond 4 GiB, the sizes and the offset are in an extra field of type 1, in this order.
      var numbers = [24, 20, 42].map { number(directory, at + $0, 4) }
      var extra = at + 46 + nameCount
      while extra + 4 <= at + 46 + nameCount + extraCount {
        let fieldEnd = min(extra + 4 + number(directory, extra + 2, 2), at + 46 + nameCount + extraCount)
        if number(directory, extra, 2) == 1 {
          var place = extra + 4
          for i in 0..<3 where numbers[i] == 0xFFFF_FFFF && place + 8 <= fieldEnd {
            numbers[i] = number(directory, place, 8)
            place += 8
          }
        }
        extra = fieldEnd
      }
      entries.append(
        Entry(
          name: String(
            decoding: UnsafeBufferPointer(start: directory.base + at + 46, count: nameCount), as: UTF8.self),
          isDeflated: method == 8, checksum: UInt32(truncatingIfNeeded: number(directory, at + 16, 4)),
          headerOffset: numbers[2], compressedCount: numbers[1], byteCount: numbers[0]))
      at = next
    }
  }

  /// A reader for a file in the archive.
  func reader(_ entry: Entry) throws(GenerativeError) -> any ByteReader {
    let header = try read(from: entry.headerOffset, 30)
    guard number(header, 0, 4) == 0x0403_4B50 else {
      throw malformed("\(quoted(entry.name)) is not at its recorded position")
    }
    let start = entry.headerOffset + 30 + number(header, 26, 2) + number(header, 28, 2)
    guard entry.compressedCount >= 0, start <= file.byteCount,
      entry.compressedCount <= file.byteCount - start
    else { throw malformed("\(quoted(entry.name)) ends after the end of the file") }
    let range = start..<start + entry.compressedCount
    let bytes: any ByteReader =
      entry.isDeflated
      ? try GzipReader(try read(range), path: file.path, isBare: true) : PlainReader(file, range)
    return ChecksummedReader(bytes, entry, file.path)
  }

  private func read(from offset: Int, _ count: Int) throws(GenerativeError) -> Buffer<UInt8> {
    guard offset >= 0, count >= 0, offset <= file.byteCount, count <= file.byteCount - offset else {
      throw malformed("it refers to bytes after its end")
    }
    return try read(offset..<offset + count)
  }

  private func read(_ range: Range<Int>) throws(GenerativeError) -> Buffer<UInt8> {
    let bytes = try Buffer<UInt8>(count: range.count, in: memory)
    try file.read(range.count, at: range.lowerBound, into: bytes.base)
    return bytes
  }

  /// A little-endian number. Bytes past the end are 0; numbers beyond 2⁶² give −1.
  private func number(_ bytes: Buffer<UInt8>, _ offset: Int, _ count: Int) -> Int {
    var value: UInt64 = 0
    for i in (0..<count).reversed() {
      value = value << 8 | (offset + i < bytes.count ? UInt64(bytes.base[offset + i]) : 0)
    }
    return value > 1 << 62 ? -1 : Int(value)
  }

  private func malformed(_ reason: String) -> GenerativeError {
    GenerativeError(.format, "\(file.path) is not a readable zip file: \(reason)")
  }
}

/// The bytes of a file in a zip. The checksum is verified at the end.
private final class ChecksummedReader: ByteReader {
  private let bytes: any ByteReader
  private let entry: ZipArchive.Entry
  private let path: String
  private var left: Int
  private var sum: UInt32 = 0

  init(_ bytes: any ByteReader, _ entry: ZipArchive.Entry, _ path: String) {
    (self.bytes, self.entry, self.path) = (bytes, entry, path)
    left = max(entry.byteCount, 0)
  }

  var largestByteCount: Int { min(left, bytes.largestByteCount) }

  func read(_ count: Int, into output: UnsafeMutablePointer<UInt8>) throws(GenerativeError) -> Int {
    let got = try bytes.read(min(count, left), into: output)
    sum = shim_crc32(sum, output, Int64(got))
    left -= got
    if left == 0, sum != entry.checksum {
      throw GenerativeError(.format, "\(path): the checksum of \(quoted(entry.name)) is wrong")
    }
    return got
  }
}
