import Tensors

/// Options of a model that come from a table.
package protocol TabledOptions: Sendable {
  /// Where each option is stored, in the order of the header's struct.
  static var options: ModelTable { get }
  /// The defaults that depend on some of the values, such as the architecture.
  init(defaultsFor values: OptionValues) throws(GenerativeError)
  /// Rejects combinations of values that are all in range but do not go together.
  func check() throws(GenerativeError)
}

/// The table of a model's options, and where the model stores them.
package struct ModelTable: Sendable {
  package let table: OptionTable
  private let places: [Place]

  /// - Parameters:
  ///   - rows: without defaults, which are those of `standard`.
  ///   - places: the places of the rows, in order, in the given options, which it must not change.
  package init<Options>(
    _ name: StaticString, standard: Options, _ rows: [OptionRow], _ places: (inout Options) -> [Place]
  ) {
    // Members have fixed addresses only if the options are in allocated memory.
    let options = UnsafeMutablePointer<Options>.allocate(capacity: 1)
    options.initialize(to: standard)
    let places = places(&options.pointee).map { $0.inside(options, byteCount: MemoryLayout<Options>.size) }
    self.init(name, rows, places, options)
    options.deinitialize(count: 1)
    options.deallocate()
  }

  private init(_ name: StaticString, _ rows: [OptionRow], _ places: [Place], _ standard: UnsafeRawPointer) {
    precondition(rows.count == places.count, "every row has a place")
    var rows = rows
    for (index, place) in places.enumerated() where !rows[index].mayBeAutomatic {
      rows[index].standard = place.value(in: standard)
    }
    table = OptionTable(name, rows)
    self.places = places
  }

  /// The values of the options at `base`.
  func values(in base: UnsafeRawPointer) -> OptionValues {
    OptionValues(table, places.map { $0.value(in: base) })
  }

  /// Sets the options at `base` to all values except those that the library chooses.
  func set(_ values: OptionValues, in base: UnsafeMutableRawPointer) {
    for (place, value) in zip(places, values.all) where value != .automatic { place.set(value, in: base) }
  }
}

extension TabledOptions {
  /// Options with checked values.
  ///
  /// - Throws: `.argument` for a value out of range, or for values that do not go together.
  package init(_ values: OptionValues) throws(GenerativeError) {
    try Self.options.table.check(values)
    try self.init(unchecked: values)
    try check()
  }

  private init(unchecked values: OptionValues) throws(GenerativeError) {
    try self.init(defaultsFor: values)
    withUnsafeMutablePointer(to: &self) { Self.options.set(values, in: $0) }
  }

  /// The values of all options, including the library's choices that have been made.
  package var values: OptionValues {
    withUnsafePointer(to: self) { Self.options.values(in: $0) }
  }

  // MARK: Files

  /// Names and texts that `init(texts:)` reads back. Options whose needs are not met are omitted.
  package var texts: [(name: String, text: String)] {
    values.meaningful.map { row, value in (row.name, row.text(of: value)) }
  }

  /// Options read from a file of this version or an earlier one.
  ///
  /// - Parameter text: returns the text for a name; nil if the file has none.
  /// - Throws: `.format`, naming an option that is missing or out of range, or options that do not go
  ///   together.
  package init(texts text: (String) -> String?) throws(GenerativeError) {
    let values = try Self.options.table.values(texts: text)
    do throws(GenerativeError) {
      try self.init(unchecked: values)
      try check()
    } catch {
      throw error.status == .argument ? GenerativeError(.format, error.message) : error
    }
  }
}

extension OptionTable {
  /// The values in a file of this version or an earlier one.
  fileprivate func values(texts text: (String) -> String?) throws(GenerativeError) -> OptionValues {
    var values = standard
    for (index, row) in rows.enumerated() where row.isText {
      guard let found = row.find(text) else {
        if let before = row.before { values.all[index] = before }
        if row.since == .later || row.need != nil { continue }
        throw GenerativeError(.format, "option \(row.name) is missing")
      }
      do throws(GenerativeError) {
        values.all[index] = try row.value(of: found, .format)
      } catch {
        throw GenerativeError(error.status, "option \(error.message)")
      }
    }
    return values
  }
}

extension OptionRow {
  /// The text of an option in a file, found by its present or former name, in present spelling.
  fileprivate func find(_ text: (String) -> String?) -> String? {
    let own = text(name)
    guard let former else { return own }
    // Former spellings apply only under the name with which they were stored.
    if own != nil, former.name != nil { return own }
    guard let old = own ?? former.name.flatMap(text) else { return nil }
    return former.texts.first { $0.old == old }?.new ?? old
  }
}
