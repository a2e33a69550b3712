import Tensors

extension OptionTable {
  /// Maximum length of a text, more than any options need. Longer texts are rejected before they are parsed.
  package static let longestText = 1 << 16

  /// The values given by a text such as `latent_size=16 hidden=400,200 likelihood="gaussian"`. All others
  /// have their defaults.
  ///
  /// Words are separated by blanks and line ends. A value that contains such characters must be quoted.
  ///
  /// - Throws: `.argument` for a word that is not `name=value`, an unknown name (suggesting the nearest one),
  ///   a name given twice, and a value that the option does not allow.
  package func values(of text: String) throws(GenerativeError) -> OptionValues {
    var values = standard
    var isGiven = [Bool](repeating: false, count: rows.count)
    for (name, text) in try Self.pairs(text) {
      guard let index = index(of: name), rows[index].isText else { throw unknown(name) }
      guard !isGiven[index] else { throw GenerativeError(.argument, "\(name) is given twice") }
      isGiven[index] = true
      values.all[index] = try rows[index].value(of: text)
    }
    try check(values)
    return values
  }

  private func unknown(_ name: String) -> GenerativeError {
    let names = rows.filter { $0.isText }.map { $0.name }
    let meant = nearest(to: name, among: names).map { "; did you mean \($0)?" } ?? ""
    return GenerativeError(.argument, "\(self.name) has no option \(quoted(name))\(meant)")
  }

  private static func pairs(_ text: String) throws(GenerativeError) -> [(name: String, text: String)] {
    let bytes = Array(text.utf8)
    func word(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
    func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
    var pairs: [(name: String, text: String)] = []
    var place = 0
    while true {
      while place < bytes.count, isBlank(bytes[place]) { place += 1 }
      guard place < bytes.count else { return pairs }
      let start = place
      while place < bytes.count, bytes[place] != 0x3D, !isBlank(bytes[place]) { place += 1 }
      let name = word(start..<place)
      guard place < bytes.count, bytes[place] == 0x3D, place > start else {
        throw GenerativeError(.argument, "options must have the form name=value, not \(quoted(name))")
      }
      place += 1
      let isQuoted = place < bytes.count && bytes[place] == 0x22
      if isQuoted { place += 1 }
      let first = place
      while place < bytes.count, isQuoted ? bytes[place] != 0x22 : !isBlank(bytes[place]) { place += 1 }
      if isQuoted, place == bytes.count {
        throw GenerativeError(.argument, "the value of \(name) has no closing quotation mark")
      }
      pairs.append((name, word(first..<place)))
      if isQuoted { place += 1 }
    }
  }
}

extension OptionRow {
  /// Whether its value can be written as text: addresses cannot.
  var isText: Bool { if case .pointer = kind { false } else { true } }

  /// Whether its struct member contains a single number.
  package var isNumber: Bool {
    switch kind {
    case .flag, .word, .whole, .number, .seed: true
    case .widths, .pointer: false
    }
  }
}
