import Tensors

/// The type of an option and its allowed values.
package enum OptionKind: Sendable {
  case flag
  /// One of these words.
  case word([Word])
  case whole(ClosedRange<Int>)
  case number(Interval)
  case seed
  /// Widths of layers, each in the range, at most `atMost` of them.
  case widths(ClosedRange<Int>, atMost: Int)
  /// An address, which occurs only in structs.
  case pointer
}

/// A word for an enumerator of the header, and its number.
package struct Word: Sendable {
  package let text: String
  package let number: Int
}

/// The words of an enumeration that several options share.
package struct WordList: Sendable {
  package let name: String
  package let words: [String]

  package init(_ name: String, _ words: String) {
    (self.name, self.words) = (name, words.fields(separatedBy: " "))
  }
}

/// An interval of finite numbers; its ends may be open.
package struct Interval: Sendable {
  package var least: Double
  package var greatest: Double
  package var excludesLeast = false
  package var excludesGreatest = false
  /// Whether the option is stored as a float. A number that rounds to an open end is then out of range too.
  package var isFloat = true

  package func contains(_ value: Double) -> Bool {
    let kept = isFloat ? Double(Float(value)) : value
    return value >= least && value <= greatest && (!excludesLeast || kept > least)
      && (!excludesGreatest || kept < greatest) && kept.isFinite
  }

  /// For example "between 0 and 1" or "above 0 and at most 10".
  package var words: String {
    let isFarthest = greatest >= 1e30
    switch (excludesLeast, excludesGreatest) {
    case (false, false) where isFarthest: return "a finite number of at least \(least)"
    case (true, false) where isFarthest: return "a finite number above \(least)"
    case (false, false): return "between \(least) and \(greatest)"
    case (true, false): return "above \(least) and at most \(greatest)"
    case (false, true): return "at least \(least) and below \(greatest)"
    case (true, true): return "above \(least) and below \(greatest)"
    }
  }
}

/// One option: its name, its type and its default.
package struct OptionRow: Sendable {
  /// The name of the C member, the Python keyword, the key in files and, with hyphens, the tool's flag.
  package let name: String
  package let kind: OptionKind
  /// Whether "auto" is allowed, which lets the library choose.
  package var mayBeAutomatic = false
  package var standard = OptionValue.automatic
  /// One line of help.
  package let help: String
  /// Another option, and the values that it must have for this option to be given.
  package var need: OptionNeed?
  /// The version that introduced the option. Older files have its default value.
  package var since: OptionVersion = .first
  /// The value for files that lack the option; nil: its default.
  package var before: OptionValue?
  /// Its name in files written before version 2, and the present equivalents of their texts.
  package var former: FormerOption?
  /// Whether it belongs to the struct that the options of all networks share.
  package var isShared = false

}

/// The values that an option needs another option to have.
package struct OptionNeed: Sendable {
  package let option: String
  package let words: [String]

  package init(_ option: String, _ words: [String]) {
    self.option = option
    self.words = words
  }
}

/// Versions of the options. Version 1 wrote the first files; its successors, still called 1, added some
/// options.
package enum OptionVersion: Int, Sendable {
  case first = 1
  case later = 2
}

/// The spelling of an option in files written before version 2.
package struct FormerOption: Sendable {
  package var name: String?
  package var texts: [(old: String, new: String)] = []

  package init(_ name: String? = nil, _ texts: [(old: String, new: String)] = []) {
    self.name = name
    self.texts = texts
  }
}

extension OptionRow {
  /// Checks a value against the option's type and limits.
  ///
  /// - Parameter status: the status of the error: `.argument` for a caller's value, `.format` for a value in
  ///   a file.
  /// - Throws: an error that names the option, its limits and the value.
  package func check(_ value: OptionValue, _ status: GenerativeError.Status = .argument)
    throws(GenerativeError)
  {
    switch (kind, value) {
    case (_, .automatic) where mayBeAutomatic: return
    case (.flag, .flag), (.seed, .seed), (.pointer, _): return
    case (.word(let words), .word(let number)) where words.contains { $0.number == number }: return
    case (.whole(let range), .whole(let number)) where range.contains(number): return
    case (.number(let interval), .number(let number)) where interval.contains(number): return
    case (.widths(let range, let most), .widths(let list))
    where list.count <= most && list.allSatisfy(range.contains):
      return
    case (.widths(let range, let most), .widths(let list)) where list.count <= most:
      for (index, width) in list.enumerated() where !range.contains(width) {
        throw GenerativeError(
          status,
          "\(name)[\(index)] must be between \(range.lowerBound) and \(range.upperBound), not \(width)")
      }
    default: break
    }
    throw GenerativeError(status, "\(name) must be \(wanted), not \(text(of: value))")
  }

  /// The allowed values, as a message states them: "between 1 and 16, or auto".
  var wanted: String {
    let wanted =
      switch kind {
      case .flag: "true or false"
      case .word(let words): "one of \(words.map { $0.text }.joined(separator: ", "))"
      case .whole(let range) where range.upperBound == .max: "a whole number of at least \(range.lowerBound)"
      case .whole(let range): "between \(range.lowerBound) and \(range.upperBound)"
      case .number(let interval): interval.words
      case .seed: "a whole number from 0 to 2^64 - 1"
      case .widths(let range, let most):
        "at most \(most) widths between \(range.lowerBound) and \(range.upperBound)"
      case .pointer: "an address"
      }
    return wanted + orAutomatic
  }
}
