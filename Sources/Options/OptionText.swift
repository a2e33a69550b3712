import Tensors

// Values as texts: in files, in option strings and in messages.

extension OptionRow {
  /// The word that lets the library choose.
  package static let automatic = "auto"
  /// The word for an empty list.
  private static let none = "none"

  /// The text of a value, which `value(of:)` reads back exactly.
  package func text(of value: OptionValue) -> String {
    switch value {
    case .automatic: return Self.automatic
    case .flag(let isSet): return isSet ? "true" : "false"
    case .whole(let number): return "\(number)"
    case .number(let number): return "\(number)"
    case .seed(let number): return "\(number)"
    case .widths(let list):
      return list.isEmpty ? Self.none : list.map { "\($0)" }.joined(separator: ",")
    case .word(let number):
      guard case .word(let words) = kind, let word = words.first(where: { $0.number == number }) else {
        return "\(number)"
      }
      return word.text
    }
  }

  /// The value that a text represents, checked against its limits.
  ///
  /// - Throws: an error with `status` that names the option, its allowed values, the text and, for words, the
  ///   nearest one.
  package func value(
    of text: String, _ status: GenerativeError.Status = .argument
  ) throws(GenerativeError) -> OptionValue {
    guard let value = parse(text) else {
      var message = "\(name) must be \(wanted), not \(quoted(text))"
      if case .word(let words) = kind, let near = nearest(to: text, among: words.map { $0.text }) {
        message += "; did you mean \(near)?"
      }
      throw GenerativeError(status, message)
    }
    try check(value, status)
    return value
  }

  /// The value of a text, unchecked; nil if the text does not have the type.
  func parse(_ text: String) -> OptionValue? {
    if text == Self.automatic, mayBeAutomatic { return .automatic }
    switch kind {
    case .flag:
      switch text {
      case "true", "1": return .flag(true)
      case "false", "0": return .flag(false)
      default: return nil
      }
    case .word(let words): return words.first { $0.text == text }.map { .word($0.number) }
    case .whole: return Int(text).map { .whole($0) }
    case .number: return Double(text).flatMap { $0.isFinite ? .number($0) : nil }
    case .seed: return UInt64(text).map { .seed($0) }
    case .widths(_, let most):
      if text.isEmpty || text == Self.none { return .widths([]) }
      var list: [Int] = []
      for part in text.fields(separatedBy: ",") {
        guard list.count <= most, let width = Int(part) else { return nil }
        list.append(width)
      }
      return .widths(list)
    case .pointer: return nil
    }
  }
}

/// The word that a mistyped one most likely means; nil if none is near.
package func nearest(to text: String, among words: [String]) -> String? {
  let limit = max(1, text.utf8.count / 3)
  var best: (word: String, distance: Int)?
  for word in words where abs(word.utf8.count - text.utf8.count) <= limit {
    let distance = editDistance(Array(text.utf8), Array(word.utf8))
    if distance <= limit, distance < best?.distance ?? .max { best = (word, distance) }
  }
  return best?.word
}

/// The number of insertions, deletions, replacements and swaps of adjacent characters between two words
/// (Damerau 1964).
private func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
  var rows = [Array(0...b.count)]
  for (i, byte) in a.enumerated() {
    var row = [i + 1]
    for (j, other) in b.enumerated() {
      var distance = min(rows[i][j + 1] + 1, row[j] + 1, rows[i][j] + (byte == other ? 0 : 1))
      if i > 0, j > 0, byte == b[j - 1], a[i - 1] == other {
        distance = min(distance, rows[i - 1][j - 1] + 1)
      }
      row.append(distance)
    }
    rows.append(row)
  }
  return rows[a.count][b.count]
}
