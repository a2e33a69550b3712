/// Figures under one another: a name, a value, its standard error, and the same figure of real rows.
struct FigureTable {
  private struct Line {
    let name: String
    let value: JSON
    let error: Double?
    let floor: Double?
  }

  private var lines: [Line] = []

  mutating func add(_ name: String, count: Int) {
    lines.append(Line(name: name, value: .integer(count), error: nil, floor: nil))
  }

  mutating func add(_ name: String, _ value: Double, error: Double? = nil, floor: Double? = nil) {
    lines.append(Line(name: name, value: .number(value), error: error, floor: floor))
  }

  /// The mean of a figure of each row, and its standard error.
  mutating func add(_ name: String, estimate values: [Double]) {
    let n = Double(values.count)
    let mean = values.reduce(0, +) / n
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    add(name, mean, error: (squares / max(n - 1, 1) / n).squareRoot())
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

  /// An object of objects.
  var json: JSON {
    .object(
      lines.map { line in
        var members = [(name: "value", value: line.value)]
        if let error = line.error { members.append(("standard_error", .number(error))) }
        if let floor = line.floor { members.append(("real_rows", .number(floor))) }
        return (line.name, .object(members))
      })
  }
}
