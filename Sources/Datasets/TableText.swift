import Tensors

/// The text of a table, CSV or TSV (RFC 4180), field by field.
///
/// The delimiter is the comma, tab or semicolon, whichever is most frequent in the first line. Empty lines
/// are skipped.
struct TableText {
  let path: String
  private let bytes: Buffer<UInt8>
  private let count: Int
  private let delimiter: UInt8
  private var position = 0
  private var nextLine = 1
  /// The line number at which the current record starts, counted from 1.
  private(set) var line = 0
  /// The positions of the current record's fields, without surrounding quotes.
  private(set) var fields: [Range<Int>] = []

  private static let quote = UInt8(ascii: "\"")
  private static let largestTable = 1 << 36

  /// - Throws: `.limit`; `.memory`; `.cancelled`; errors of `reader`.
  init(_ reader: any ByteReader, _ path: String, in memory: Memory) throws(GenerativeError) {
    self.path = path
    var bytes = try Buffer<UInt8>(uninitializedCount: reader.likelyByteCount, in: memory)
    var count = try reader.readAll(bytes.count, into: bytes.base)
    // Compressed text may be longer than estimated.
    while count == bytes.count, reader.largestByteCount > count {
      guard count <= Self.largestTable else {
        throw GenerativeError(.limit, "\(path) has more than \(Self.largestTable) bytes")
      }
      let larger = try Buffer<UInt8>(uninitializedCount: 2 * count + 1, in: memory)
      larger.base.update(from: bytes.base, count: count)
      let got = try reader.readAll(count + 1, into: larger.base + count)
      bytes = larger
      count += got
      if got == 0 { break }
    }
    (self.bytes, self.count) = (bytes, count)
    if count >= 3, bytes.base[0] == 0xEF, bytes.base[1] == 0xBB, bytes.base[2] == 0xBF { position = 3 }
    var counts = [0, 0, 0]
    var isQuoted = false
    for byte in UnsafeBufferPointer(start: bytes.base, count: count) {
      if byte == Self.quote { isQuoted.toggle() }
      if byte == UInt8(ascii: "\n"), !isQuoted { break }
      if !isQuoted, let which = Self.delimiters.firstIndex(of: byte) { counts[which] += 1 }
    }
    delimiter = Self.delimiters[(0..<3).max { counts[$0] < counts[$1] } ?? 0]
  }

  private static let delimiters = [UInt8(ascii: ";"), UInt8(ascii: "\t"), UInt8(ascii: ",")]

  /// An upper bound of the number of records left.
  var largestRecordCount: Int {
    UnsafeBufferPointer(start: bytes.base + position, count: count - position).count { $0 == 10 } + 1
  }

  /// Reads the next record into `fields`. Returns false at the end.
  ///
  /// - Throws: `.format` for an unterminated quote.
  mutating func next() throws(GenerativeError) -> Bool {
    fields.removeAll(keepingCapacity: true)
    while position < count, bytes.base[position] == 10 || bytes.base[position] == 13 {
      if bytes.base[position] == 10 { nextLine += 1 }
      position += 1
    }
    guard position < count else { return false }
    line = nextLine
    while true {
      var start = position
      var end = start
      if position < count, bytes.base[position] == Self.quote {
        start += 1
        position += 1
        while true {
          guard position < count else { throw error("a quoted field has no closing quote") }
          if bytes.base[position] == Self.quote {
            guard position + 1 < count, bytes.base[position + 1] == Self.quote else { break }
            position += 1
          } else if bytes.base[position] == 10 {
            nextLine += 1
          }
          position += 1
        }
        end = position
        position += 1
        while position < count, bytes.base[position] != delimiter, bytes.base[position] != 10 {
          position += 1
        }
      } else {
        while position < count, bytes.base[position] != delimiter, bytes.base[position] != 10 {
          position += 1
        }
        end = position
        while end > start, Self.isBlank(bytes.base[end - 1]) { end -= 1 }
        while start < end, Self.isBlank(bytes.base[start]) { start += 1 }
      }
      fields.append(start..<end)
      guard position < count else { return true }
      position += 1
      if bytes.base[position - 1] == 10 {
        nextLine += 1
        return true
      }
    }
  }

  private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 13 }

  /// Starts again at the beginning.
  mutating func rewind() {
    position = count >= 3 && bytes.base[0] == 0xEF ? 3 : 0
    nextLine = 1
  }

  /// A field of the current record.
  func text(_ field: Int) -> String {
    let range = fields[field]
    let text = UnsafeBufferPointer(start: bytes.base + range.lowerBound, count: range.count)
    guard range.lowerBound > 0, bytes.base[range.lowerBound - 1] == Self.quote, text.contains(Self.quote)
    else {
      return String(decoding: text, as: UTF8.self)
    }
    var plain: [UInt8] = []
    var skips = false
    for byte in text {
      skips = byte == Self.quote && !skips
      if !skips { plain.append(byte) }
    }
    return String(decoding: plain, as: UTF8.self)
  }

  /// A field as a number; nil if it is not one.
  func number(_ field: Int) -> Double? {
    let range = fields[field]
    var (at, mantissa, digitCount, exponent) = (range.lowerBound, 0.0, 0, 0)
    let isNegative = at < range.upperBound && bytes.base[at] == UInt8(ascii: "-")
    if isNegative { at += 1 }
    var isPoint = false
    while at < range.upperBound {
      let byte = bytes.base[at]
      if (0x30...0x39).contains(byte) {
        mantissa = mantissa * 10 + Double(byte - 0x30)
        digitCount += 1
        if isPoint { exponent += 1 }
      } else if byte == UInt8(ascii: "."), !isPoint {
        isPoint = true
      } else {
        break
      }
      at += 1
    }
    // Both are exact for up to 15 digits, so their quotient is the nearest number.
    if at == range.upperBound, digitCount > 0, digitCount <= 15 {
      let value = mantissa / Self.powers[exponent]
      return isNegative ? -value : value
    }
    return Double(text(field))
  }

  private static let powers: [Double] = [
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
  ]

  func error(_ reason: String) -> GenerativeError {
    GenerativeError(.format, "\(path): line \(line): \(reason)")
  }
}
