import Tensors

extension OptionTable {
  /// The table as a JSON array with one object per row.
  package var json: String { "[" + rows.indices.map { object($0) }.joined(separator: ",\n") + "]" }

  private func object(_ index: Int) -> String {
    let (row, member) = (rows[index], members[index])
    var fields = [
      "\"name\":\(jsonString(row.name))", "\"type\":\"\(row.kind.name)\"", "\"help\":\(jsonString(row.help))",
      "\"offset\":\(member.offset)", "\"size\":\(member.size)", "\"auto\":\(row.mayBeAutomatic)",
      "\"shared\":\(row.isShared)",
    ]
    switch row.kind {
    case .whole(let range), .widths(let range, _):
      fields.append("\"least\":\(range.lowerBound),\"greatest\":\(range.upperBound)")
      if case .widths(_, let most) = row.kind { fields.append("\"most\":\(most)") }
    case .number(let interval):
      fields.append("\"least\":\(interval.least),\"greatest\":\(interval.greatest)")
      fields.append(
        "\"excludes_least\":\(interval.excludesLeast),\"excludes_greatest\":\(interval.excludesGreatest)")
    case .word(let words):
      fields.append(
        "\"words\":{" + words.map { "\(jsonString($0.text)):\($0.number)" }.joined(separator: ",") + "}")
    case .flag, .seed, .pointer: break
    }
    if row.isText { fields.append("\"default\":\(row.json(row.standard))") }
    if let need = row.need {
      fields.append(
        "\"needs\":{\"option\":\"\(need.option)\",\"words\":["
          + need.words.map(jsonString).joined(separator: ",") + "]}")
    }
    return "{" + fields.joined(separator: ",") + "}"
  }
}

extension OptionKind {
  fileprivate var name: String {
    switch self {
    case .flag: "flag"
    case .word: "word"
    case .whole: "whole"
    case .number: "number"
    case .seed: "seed"
    case .widths: "widths"
    case .pointer: "pointer"
    }
  }
}

extension OptionRow {
  /// A value in JSON: flags as true or false, numbers as numbers, widths as lists, words and "auto" as
  /// strings.
  func json(_ value: OptionValue) -> String {
    switch value {
    case .widths(let list): "[" + list.map { "\($0)" }.joined(separator: ",") + "]"
    case .automatic, .word: jsonString(text(of: value))
    case .flag, .whole, .number, .seed: text(of: value)
    }
  }
}

extension OptionValues {
  /// The values as a JSON object, without options that do not apply given the others.
  package var json: String {
    "{"
      + meaningful.map { row, value in "\(jsonString(row.name)):\(row.json(value))" }.joined(separator: ",")
      + "}"
  }
}
