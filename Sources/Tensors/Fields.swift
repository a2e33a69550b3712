// Texts by their bytes: the standard library splits them by characters, which brings tables for all of Unicode.

extension String {
  /// The texts between ASCII separators, empty ones included.
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

  /// What follows `prefix`; nil where the text does not begin with it.
  package func removing(prefix: String) -> String? {
    utf8.starts(with: prefix.utf8) ? String(decoding: utf8.dropFirst(prefix.utf8.count), as: UTF8.self) : nil
  }
}
