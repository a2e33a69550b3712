import Tensors

/// The roles of a table's columns, given by names in a header line, or by numbers starting at 0. Negative
/// numbers count from the last column.
struct TableColumns {
  let count: Int
  /// Names of all columns; empty if the table has none.
  let header: [String]
  /// The column of the classes.
  let label: Int?
  /// The columns of numbers, in order.
  let used: [Int]

  /// A column with one of these names is the label, unless an option names another.
  private static let usualLabels = ["label", "labels", "class", "target"]

  /// - Parameters:
  ///   - text: the table, whose first record has been read.
  ///   - first: columns before this one have neither role.
  /// - Throws: `.argument` for a missing column.
  init(
    _ text: TableText, hasHeader: Bool, from first: Int, _ options: OpenOptions
  ) throws(GenerativeError) {
    let count = text.fields.count
    let header = hasHeader ? (0..<count).map { text.text($0) } : []
    func find(_ name: String, _ option: String) throws(GenerativeError) -> Int {
      if let index = header.firstIndex(of: name) { return index }
      if let number = Int(name), number < count, number >= -count {
        return number < 0 ? number + count : number
      }
      let known = header.isEmpty ? "columns 0 to \(count - 1) without names" : header.joined(separator: ", ")
      throw GenerativeError(
        .argument, "\(option): \(text.path) has no column \(quoted(name)); it has \(known)")
    }
    func find(_ names: [String]?, _ option: String) throws(GenerativeError) -> [Int] {
      var found: [Int] = []
      for name in names ?? [] { found.append(try find(name, option)) }
      return found
    }
    let (chosen, omitted) = (try find(options.columns, "columns"), try find(options.omit, "omit"))
    if let name = options.labelColumn {
      label = name.isEmpty ? nil : try find(name, "label_column")
    } else {
      let usual = header.indices.first { $0 >= first && Self.usualLabels.contains(lowercased(header[$0])) }
      // In a list of images with two columns, the second one is the class.
      let guess = usual ?? (first == 1 && count == 2 ? 1 : nil)
      label = guess.flatMap { chosen.contains($0) || omitted.contains($0) ? nil : $0 }
    }
    let label = label
    used =
      options.columns == nil
      ? (first..<count).filter { $0 != label && !omitted.contains($0) }
      : chosen.filter { !omitted.contains($0) }
    (self.count, self.header) = (count, header)
  }

  /// The name of a column in messages.
  func name(_ column: Int) -> String {
    header.isEmpty ? "column \(column)" : "column \(quoted(header[column]))"
  }

  /// The name of a column in datasets.
  func title(_ column: Int) -> String { header.isEmpty ? "column \(column)" : header[column] }
}

extension TableText {
  /// Reads the numbers in the columns of the current record.
  ///
  /// - Throws: `.format`, naming line and column, for a missing value, a word, or another number of fields.
  func numbers(_ columns: TableColumns, into row: UnsafeMutablePointer<Double>) throws(GenerativeError) {
    for (j, column) in columns.used.enumerated() {
      guard let value = number(column), value.isFinite else {
        let text = text(column)
        let isMissing = text.isEmpty || ["na", "nan", "n/a", "null", "none", "?"].contains(lowercased(text))
        throw error(
          "\(columns.name(column)) \(isMissing ? "has no value" : "has \(quoted(text)), which is not a finite number"): "
            + "remove the line, or leave the column out with omit")
      }
      row[j] = value
    }
  }

  func checkCount(_ columns: TableColumns) throws(GenerativeError) {
    guard fields.count == columns.count else {
      throw error("\(fields.count) fields, where the first line has \(columns.count)")
    }
  }
}

/// Class labels as written in a table, row by row. Integers are kept; words are numbered in byte order.
struct ClassTexts {
  private var texts: [(text: String, line: Int)] = []

  mutating func append(_ text: TableText, _ columns: TableColumns, _ label: Int) throws(GenerativeError) {
    let word = text.text(label)
    guard !word.isEmpty else { throw text.error("\(columns.name(label)) has no class") }
    texts.append((word, text.line))
  }

  /// - Throws: `.format` if all are numbers but not all are nonnegative integers.
  func labels(_ path: String) throws(GenerativeError) -> (numbers: [Int32], classes: [String]) {
    if texts.allSatisfy({ Double($0.text) != nil }) {
      var numbers: [Int32] = []
      for (text, line) in texts {
        guard let value = Double(text), let number = Int32(exactly: value), number >= 0 else {
          throw GenerativeError(
            .format,
            "\(path): line \(line): a class must be a word or a whole number of 0 or more, not \(quoted(text))"
          )
        }
        numbers.append(number)
      }
      return (numbers, [])
    }
    var known: [String: Int32] = [:]
    for (text, _) in texts { known[text] = 0 }
    let classes = known.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    for (number, name) in classes.enumerated() { known[name] = Int32(truncatingIfNeeded: number) }
    return (texts.map { known[$0.text] ?? 0 }, classes)
  }
}
