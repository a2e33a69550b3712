/// The measured figures of a run beside their goals.
struct Figures {
  /// One line of the table.
  private struct Figure {
    let name: String
    let measured: String
    let goal: String
    let isMet: Bool?
  }

  private var figures: [Figure] = []
  private var notes: [String] = []

  /// Whether the goals count; they are stated for all of Fashion-MNIST.
  let goalsCount: Bool

  init(goalsCount: Bool) { self.goalsCount = goalsCount }

  /// A figure that must come near a published or measured one.
  mutating func add(_ name: String, _ value: Double, digits: Int, near goal: Double, within: Double) {
    let isMet = abs(value - goal) <= within
    add(name, value, digits, "\(fixed(goal, digits)) +- \(trimmed(within))", isMet)
  }

  /// A figure that must not be above its goal.
  mutating func add(_ name: String, _ value: Double, digits: Int, atMost goal: Double) {
    add(name, value, digits, "<= \(fixed(goal, digits))", value <= goal)
  }

  /// A figure that must not be below its goal.
  mutating func add(_ name: String, _ value: Double, digits: Int, atLeast goal: Double) {
    add(name, value, digits, ">= \(fixed(goal, digits))", value >= goal)
  }

  /// A figure to compare others with.
  mutating func add(_ name: String, _ value: Double, digits: Int) {
    figures.append(Figure(name: name, measured: fixed(value, digits), goal: "", isMet: nil))
  }

  /// A line below the table.
  mutating func note(_ line: String) { notes.append(line) }

  /// The table, its lines ended.
  var table: String {
    let width = (figures.map(\.name.count).max() ?? 0) + 2
    var lines = ["figure".padded(width) + "measured".aligned(12) + "  " + "goal".padded(22) + "met"]
    lines.append(String(repeating: "-", count: width + 39))
    for figure in figures {
      let met = figure.isMet.map { $0 ? "yes" : "NO" } ?? ""
      let line = figure.name.padded(width) + figure.measured.aligned(12) + "  " + figure.goal.padded(22) + met
      lines.append(String(line.reversed().drop { $0 == " " }.reversed()))
    }
    return (lines + [""] + notes).joined(separator: "\n") + "\n"
  }

  private mutating func add(_ name: String, _ value: Double, _ digits: Int, _ goal: String, _ isMet: Bool) {
    figures.append(
      Figure(
        name: name, measured: fixed(value, digits), goal: goalsCount ? goal : "",
        isMet: goalsCount ? isMet : nil))
  }

  private func trimmed(_ value: Double) -> String {
    let long = fixed(value, 6)
    return String(long.reversed().drop { $0 == "0" }.drop { $0 == "." }.reversed())
  }
}
