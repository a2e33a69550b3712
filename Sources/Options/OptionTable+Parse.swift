import Tensors

// Tables are written as texts with one line per option: as data, they need no code of their own.
//
//     name            type            default      needs                       : one line of help
//     epochs          whole 1 1000000 = 10                                      : passes over the data
//     optimizer       word sgd rmsprop adam adamw = adam                        : the optimizer
//     weight_decay    number [0 1000] = auto needs optimizer adamw              : decoupled; auto: 0
//
// Types are: flag; seed; pointer; word, with its words, each with its number if they do not count from 0
// (sigmoid=6), or with a list that several rows share (@activation); whole, number (stored as a float in the
// model), double and widths, with their minimum and maximum. ( and ) exclude an end, and * means no end.
// "widths 1 65536 16" has at most 16 elements. Without a default in the table, the default of the model's own
// options applies. "formerly" gives the spelling of an option in files written before version 2: its name,
// texts (0=auto), or both. "later" means that the first files lack it; "later=none" gives its value for them
// if that is not the default.

extension OptionRow {
  /// The rows given by a table's lines.
  ///
  /// - Parameters:
  ///   - lists: word lists that rows refer to by "@" and the list's name.
  ///   - isShared: whether the rows belong to the struct that the options of all networks share.
  package static func rows(
    _ text: StaticString, lists: [WordList] = [], isShared: Bool = false
  ) -> [OptionRow] {
    "\(text)".fields(separatedBy: "\n").map { OptionRow(line: $0, lists, isShared: isShared) }
  }

  /// The row given by a table's line. An invalid line is a bug in the library, which ends the process.
  private init(line: String, _ lists: [WordList], isShared: Bool) {
    // The help text may contain colons.
    let parts = line.fields(separatedBy: ":")
    precondition(parts.count > 1, "a line of a table without help")
    var words = parts[0].fields(separatedBy: " ").filter { !$0.isEmpty }[...]
    let help = parts.dropFirst().joined(separator: ":").removing(prefix: " ")
    let name = words.removeFirst()
    let kind = OptionKind(&words, lists)
    self.init(name: name, kind: kind, help: help ?? "")
    self.isShared = isShared
    mayBeAutomatic = if case .pointer = kind { true } else { false }
    while let word = words.popFirst() {
      switch word {
      case "=":
        let text = words.removeFirst()
        mayBeAutomatic = text == OptionRow.automatic
        // An option that must be given has a default outside its range.
        standard = tabled(text)
      case "later": since = .later
      case let word where word.hasPrefix("later="):
        since = .later
        before = tabled(word.removing(prefix: "later=") ?? "")
      case "needs": need = OptionNeed(words.removeFirst(), Self.list(&words))
      case "formerly":
        let spellings = words.map { $0.fields(separatedBy: "=") }
        former = FormerOption(
          spellings.first { $0.count == 1 }?[0], spellings.filter { $0.count == 2 }.map { ($0[0], $0[1]) })
        words = []
      default: fatalError("an unknown word in a table")
      }
    }
  }

  /// The value given for an option in a table.
  private func tabled(_ text: String) -> OptionValue {
    guard let value = parse(text) else { fatalError("a default of another type") }
    return value
  }

  /// Takes words up to the next keyword.
  fileprivate static func list(_ words: inout ArraySlice<String>) -> [String] {
    var list: [String] = []
    while let word = words.first, !["=", "later", "needs", "formerly"].contains(word),
      !word.hasPrefix("later=")
    {
      list.append(word)
      words.removeFirst()
    }
    return list
  }
}

extension OptionKind {
  /// Takes the words of a type.
  fileprivate init(_ words: inout ArraySlice<String>, _ lists: [WordList]) {
    switch words.removeFirst() {
    case "flag": self = .flag
    case "seed": self = .seed
    case "pointer": self = .pointer
    case "whole": self = .whole(Self.range(&words))
    case "widths": self = .widths(Self.range(&words), atMost: Int(words.removeFirst()) ?? 0)
    case let type where type == "number" || type == "double":
      var interval = Interval(least: words.removeFirst(), greatest: words.removeFirst())
      interval.isFloat = type == "number"
      self = .number(interval)
    case "word":
      let own = OptionRow.list(&words)
      let list = own.first?.removing(prefix: "@").flatMap { name in lists.first { $0.name == name }?.words }
      self = .word(
        (list ?? own).enumerated().map { index, word in
          let parts = word.fields(separatedBy: "=")
          return Word(text: parts[0], number: parts.count == 2 ? Int(parts[1]) ?? index : index)
        })
    default: fatalError("an unknown type in a table")
    }
  }

  private static func range(_ words: inout ArraySlice<String>) -> ClosedRange<Int> {
    let (least, greatest) = (words.removeFirst(), words.removeFirst())
    return (Int(least) ?? .min)...(Int(greatest) ?? .max)
  }
}

extension Interval {
  /// An interval given by "[0" or "(0", and "1]", "1)" or "*]".
  fileprivate init(least: String, greatest: String) {
    let bracket = String(decoding: greatest.utf8.suffix(1), as: UTF8.self)
    let end = String(decoding: greatest.utf8.dropLast(), as: UTF8.self)
    let (open, closed) = (least.removing(prefix: "("), least.removing(prefix: "["))
    self.init(
      least: Double(open ?? closed ?? least) ?? -1e30, greatest: Double(end) ?? 1e30,
      excludesLeast: open != nil, excludesGreatest: bracket == ")")
  }
}
