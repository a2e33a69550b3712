import Tensors

/// The members of one struct of the header, in order: options, or what a call fills.
package struct OptionTable: Sendable {
  /// For example "vae" for the options of a VAE, or "model_info" for the info about a model.
  package let name: String
  /// Whether a call fills the struct; otherwise the caller does.
  package let isOutput: Bool
  package let rows: [OptionRow]
  /// The member of each row in the struct.
  package let members: [Member]
  package let structSize: Int

  /// - Parameter isOutput: whether a call fills the struct.
  package init(_ name: StaticString, _ rows: [OptionRow], isOutput: Bool = false) {
    (self.name, self.rows, self.isOutput) = ("\(name)", rows, isOutput)
    (members, structSize) = Self.layout(rows, headSize: isOutput ? 4 : 8)
  }

  /// The default of every option.
  package var standard: OptionValues { OptionValues(self, rows.map { $0.standard }) }

  package func index(of name: String) -> Int? {
    rows.firstIndex { $0.name == name }
  }

  /// Checks every value, and that none is given whose need is not met.
  package func check(_ values: OptionValues) throws(GenerativeError) {
    for (row, value) in zip(rows, values.all) { try row.check(value) }
    for (row, value) in zip(rows, values.all) {
      guard let need = row.need, value.isGiven, !isMet(need, values) else { continue }
      throw GenerativeError(
        .argument, "\(row.name) needs \(need.option) \(need.words.joined(separator: " or "))")
    }
  }

  func isMet(_ need: OptionNeed, _ values: OptionValues) -> Bool {
    guard let index = index(of: need.option) else { return false }
    return need.words.contains(rows[index].text(of: values.all[index]))
  }
}

/// The values of all options in a table.
package struct OptionValues: Sendable {
  package let table: OptionTable
  package var all: [OptionValue]

  package init(_ table: OptionTable, _ all: [OptionValue]) {
    self.table = table
    self.all = all
  }

  /// The options that can be written as text and whose needs are met.
  package var meaningful: [(row: OptionRow, value: OptionValue)] {
    zip(table.rows, all).filter { row, _ in
      row.isText && row.need.map { table.isMet($0, self) } ?? true
    }.map { ($0.0, $0.1) }
  }

  /// The options that request something.
  package var given: [(row: OptionRow, value: OptionValue)] {
    zip(table.rows, all).filter { _, value in value.isGiven }.map { ($0.0, $0.1) }
  }

  private func value(_ name: String) -> OptionValue {
    guard let index = table.index(of: name) else {
      fatalError("there is no option of that name")
    }
    return all[index]
  }

  // The value of an option; nil if the library chooses it.

  package func whole(_ name: String) -> Int? {
    if case .whole(let number) = value(name) { number } else { nil }
  }

  package func number(_ name: String) -> Double? {
    if case .number(let number) = value(name) { number } else { nil }
  }

  package func word(_ name: String) -> Int? {
    if case .word(let number) = value(name) { number } else { nil }
  }

  /// Whether an option has a value other than the library's choice.
  package func isGiven(_ name: String) -> Bool { value(name) != .automatic }

  package func flag(_ name: String) -> Bool {
    value(name) == .flag(true)
  }

  package func seed(_ name: String) -> UInt64 {
    if case .seed(let number) = value(name) { number } else { 0 }
  }
}
