import Tensors

/// What an option may be.
package enum OptionKind: Sendable {
  case flag
  /// One of these words.
  case word([Word])
  case whole(ClosedRange<Int>)
  case number(Interval)
  case seed
  /// Widths of layers, each in the range, at most so many.
  case widths(ClosedRange<Int>, atMost: Int)
  /// An address, which only a struct has.
  case pointer
}

/// A word for an enumerator of the header, and its number.
package struct Word: Sendable {
  package let text: String
  package let number: Int
}

/// The words of an enumeration that several options have.
package struct WordList: Sendable {
  package let name: String
  package let words: [String]

  package init(_ name: String, _ words: String) {
    (self.name, self.words) = (name, words.fields(separatedBy: " "))
  }
}

/// An interval of finite numbers, without its ends where they are open.
package struct Interval: Sendable {
  package var least: Double
  package var greatest: Double
  package var excludesLeast = false
  package var excludesGreatest = false
  /// Whether the option keeps a float: then a number that rounds to an open end is outside, too.
  package var isFloat = true

  package func contains(_ value: Double) -> Bool {
    let kept = isFloat ? Double(Float(value)) : value
    return value >= least && value <= greatest && (!excludesLeast || kept > least)
      && (!excludesGreatest || kept < greatest) && kept.isFinite
  }

  /// "between 0 and 1", "above 0 and at most 10".
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

/// One option: its name, what it may be, and what it is where nobody says.
package struct OptionRow: Sendable {
  /// C member, Python keyword, file key and, with hyphens, flag of the tool.
  package let name: String
  package let kind: OptionKind
  /// Whether "the library chooses" is one of its values.
  package var mayBeAutomatic = false
  package var standard = OptionValue.automatic
  /// One line.
  package let help: String
  /// Another option, and the words one of which it must be for this one to be given.
  package var need: OptionNeed?
  /// The version in which it came; files from before have its standard value.
  package var since: OptionVersion = .first
  /// What it is for files that lack it; nil: its standard value.
  package var before: OptionValue?
  /// Its name in files of before version 2, and what texts there mean now.
  package var former: FormerOption?
  /// Whether it stands in the struct that options of all networks share.
  package var isShared = false

}

/// What an option needs another to be.
package struct OptionNeed: Sendable {
  package let option: String
  package let words: [String]

  package init(_ option: String, _ words: [String]) {
    self.option = option
    self.words = words
  }
}

/// Versions of the options: 1 wrote the first files; their successors, still 1, added some.
package enum OptionVersion: Int, Sendable {
  case first = 1
  case later = 2
}

/// How files of before version 2 spell an option.
package struct FormerOption: Sendable {
  package var name: String?
  package var texts: [(old: String, new: String)] = []

  package init(_ name: String? = nil, _ texts: [(old: String, new: String)] = []) {
    self.name = name
    self.texts = texts
  }
}

extension OptionRow {
  /// Checks a value against what the option may be.
  ///
  /// - Parameter status: of the error, `.argument` of a caller's value and `.format` of a file's.
  /// - Throws: naming the option, its limits and the value.
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

  /// What a message asks for: "between 1 and 16, or auto".
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
