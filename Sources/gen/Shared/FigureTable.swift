/// A table of metrics, one per line: a name, a value, its standard error, and the same metric for real rows.
struct FigureTable {
  private struct Line {
    /// For programs: it stays the same.
    let key: String
    let name: String
    let value: JSON
    let error: Double?
    let floor: Double?
  }

  private var lines: [Line] = []

  mutating func add(_ key: String, _ name: String, count: Int) {
    lines.append(Line(key: key, name: name, value: .integer(count), error: nil, floor: nil))
  }

  mutating func add(
    _ key: String, _ name: String, _ value: Double, error: Double? = nil, floor: Double? = nil
  ) {
    lines.append(Line(key: key, name: name, value: .number(value), error: error, floor: floor))
  }

  /// The mean of a metric over rows, and its standard error.
  mutating func add(_ key: String, _ name: String, estimate values: [Double]) {
    let n = Double(values.count)
    let mean = values.reduce(0, +) / n
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    add(key, name, mean, error: (squares / max(n - 1, 1) / n).squareRoot())
  }

  var text: String {
    let width = (lines.map(\.name.count).max() ?? 0) + 2
    return lines.map { line in
      var text = line.name.padded(width)
      switch line.value {
      case .number(let value): text += fixed(value, 4).aligned(12)
      default: text += line.value.text.aligned(12)
      }
      if let error = line.error { text += " +- \(fixed(error, 4))" }
      if let floor = line.floor { text += "   real rows \(fixed(floor, 4))" }
      return text
    }.joined(separator: "\n")
  }

  /// Tables next to each other, one column each. A dash means that a table does not have the metric.
  static func columns(_ tables: [FigureTable], named names: [String]) -> String {
    // A metric that only some tables have is placed after the one that precedes it there.
    var figures: [String] = []
    for table in tables {
      var place = 0
      for line in table.lines {
        if let known = figures.firstIndex(of: line.name) {
          place = known + 1
        } else {
          figures.insert(line.name, at: place)
          place += 1
        }
      }
    }
    let width = (figures.map(\.count).max() ?? 0) + 2
    let widths = names.map { max(14, $0.count + 2) }
    let head = "".padded(width) + zip(names, widths).map { $0.aligned($1) }.joined()
    let lines = figures.map { figure in
      figure.padded(width)
        + zip(tables, widths).map { table, width in
          switch table.lines.first(where: { $0.name == figure })?.value {
          case .number(let value): fixed(value, 4).aligned(width)
          case let value?: value.text.aligned(width)
          case nil: "-".aligned(width)
          }
        }.joined()
    }
    return ([head] + lines).joined(separator: "\n")
  }

  /// The table as an object of objects, by key.
  var json: JSON {
    .object(
      lines.map { line in
        var members = [(name: "value", value: line.value)]
        if let error = line.error { members.append(("standard_error", .number(error))) }
        if let floor = line.floor { members.append(("real_rows", .number(floor))) }
        return (line.key, .object(members))
      })
  }
}
