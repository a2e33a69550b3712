// Functions on strings as bytes. The standard library splits strings by characters, which would link in
// tables for all of Unicode.

extension String {
  /// The substrings between ASCII separators, including empty ones.
  package func fields(separatedBy separator: Unicode.Scalar) -> [String] {
    var fields: [String] = []
    var field: [UInt8] = []
    for byte in utf8 {
      if byte == UInt8(ascii: separator) {
        fields.append(String(decoding: field, as: UTF8.self))
        field = []
      } else {
        field.append(byte)
      }
    }
    return fields + [String(decoding: field, as: UTF8.self)]
  }

  /// The text after `prefix`, or nil if it does not start with `prefix`.
  package func removing(prefix: String) -> String? {
    utf8.starts(with: prefix.utf8) ? String(decoding: utf8.dropFirst(prefix.utf8.count), as: UTF8.self) : nil
  }
}
