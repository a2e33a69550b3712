import Tensors

/// A strict reader of the JSON in safetensors headers: objects, arrays, strings and nonnegative integers.
///
/// The caller determines what is read next, so nesting is no deeper than the caller's code, and nothing
/// unexpected is stored. Every error gives the position in the file in bytes.
struct JSONReader {
  /// 2⁵³: readers that use Double represent all integers up to this one exactly.
  static let largestInteger = 1 << 53

  private let bytes: UnsafeRawBufferPointer
  private let origin: Int
  private var position = 0

  /// - Parameter origin: the position of `bytes` in the file.
  init(_ bytes: UnsafeRawBufferPointer, origin: Int) {
    self.bytes = bytes
    self.origin = origin
  }

  // MARK: - Structure

  /// Reads `{"key": value, …}`. `member` reads each value. Keys may be repeated; `member` must reject
  /// duplicates.
  mutating func object(
    keyByteCount: Int, _ member: (inout JSONReader, _ key: String) throws(GenerativeError) -> Void
  ) throws(GenerativeError) {
    try expect("{")
    if skip("}") { return }
    repeat {
      let key = try string(maximumByteCount: keyByteCount)
      try expect(":")
      try member(&self, key)
    } while skip(",")
    try expect("}")
  }

  /// Reads `[element, …]`. `element` reads each element.
  mutating func array(
    _ element: (inout JSONReader) throws(GenerativeError) -> Void
  ) throws(GenerativeError) {
    try expect("[")
    if skip("]") { return }
    repeat { try element(&self) } while skip(",")
    try expect("]")
  }

  /// Checks that only white space is left.
  mutating func end() throws(GenerativeError) {
    skipSpace()
    guard peek == nil else { throw error("expected the end of the header") }
  }

  // MARK: - Values

  /// Reads an integer in 0 ... 2⁵³, written only with digits.
  mutating func integer() throws(GenerativeError) -> Int {
    skipSpace()
    let start = position
    var value = 0
    while let byte = peek, Self.digits.contains(byte) {
      guard position == start || value > 0 else { throw error("a number has a leading zero") }
      // Cannot overflow, because value ≤ 2⁵³ here.
      value = value * 10 + Int(byte - 0x30)
      guard value <= Self.largestInteger else { throw error("a number is over 2^53") }
      position += 1
    }
    guard position > start else { throw error("expected a whole number") }
    return value
  }

  /// Reads a string of at most `maximumByteCount` UTF-8 bytes.
  mutating func string(maximumByteCount: Int) throws(GenerativeError) -> String {
    try expect("\"")
    let start = position
    var text: [UInt8] = []
    while true {
      guard let byte = peek else { throw error("a string has no closing quote") }
      position += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let string = String(validating: text, as: UTF8.self) else {
          throw error("a string is not UTF-8", at: start)
        }
        return string
      case UInt8(ascii: "\\"): text.append(contentsOf: try escape().utf8)
      case 0..<0x20: throw error("a control character in a string", at: position - 1)
      default: text.append(byte)
      }
      guard text.count <= maximumByteCount else {
        throw error("a string is over \(maximumByteCount) bytes", at: start, status: .limit)
      }
    }
  }

  // MARK: - Characters

  /// An error at the current byte, or at `place` in the header.
  func error(
    _ text: String, at place: Int? = nil, status: GenerativeError.Status = .format
  ) -> GenerativeError {
    GenerativeError(status, "\(text), at byte \(origin + (place ?? position))")
  }

  private static let digits = UInt8(ascii: "0")...UInt8(ascii: "9")

  private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipSpace() {
    while let byte = peek, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D {
      position += 1
    }
  }

  private mutating func skip(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    guard peek == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func expect(_ character: Unicode.Scalar) throws(GenerativeError) {
    guard skip(character) else { throw error("expected '\(character)'") }
  }

  /// The character of an escape whose backslash has been read.
  private mutating func escape() throws(GenerativeError) -> Unicode.Scalar {
    let start = position - 1
    guard let byte = peek else { throw error("a string has no closing quote") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"):
      var value = try hexadecimal()
      if (0xD800..<0xDC00).contains(value), peek == UInt8(ascii: "\\") {
        position += 1
        guard peek == UInt8(ascii: "u") else { throw error("half a surrogate pair", at: start) }
        position += 1
        let low = try hexadecimal()
        guard (0xDC00..<0xE000).contains(low) else {
          throw error("half a surrogate pair", at: start)
        }
        value = 0x10000 + (value - 0xD800) << 10 + (low - 0xDC00)
      }
      guard let scalar = Unicode.Scalar(value) else { throw error("half a surrogate pair", at: start) }
      return scalar
    default: throw error("an unknown escape", at: start)
    }
  }

  private mutating func hexadecimal() throws(GenerativeError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = peek, let digit = Int(String(Unicode.Scalar(byte)), radix: 16) else {
        throw error("expected four hexadecimal digits")
      }
      value = value << 4 | UInt32(digit)
      position += 1
    }
    return value
  }
}
