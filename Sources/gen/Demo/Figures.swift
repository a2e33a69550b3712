/// The measured figures of a run beside their goals.
struct Figures {
  /// One line of the table.
  struct Figure {
    let name: String
    let measured: String
    let goal: String
    let isMet: Bool?
  }

  /// One file or several that belong together, and what they show.
  struct Picture {
    let files: [String]
    let caption: String
  }

  /// What belongs together, for the page.
  struct Chapter {
    let title: String
    let text: String
    var figures: [Figure] = []
    var pictures: [Picture] = []
    var links: [Picture] = []
  }

  private(set) var chapters: [Chapter] = []
  private var figures: [Figure] { chapters.flatMap(\.figures) }
  private var notes: [String] {
    chapters.flatMap { $0.pictures + $0.links }
      .map { "\($0.files[0])\($0.files.count > 1 ? " ..." : ""): \($0.caption)" }
  }

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
    append(Figure(name: name, measured: fixed(value, digits), goal: "", isMet: nil))
  }

  /// Begins a chapter, to which figures and pictures then belong.
  mutating func begin(_ title: String, _ text: String) { chapters.append(Chapter(title: title, text: text)) }

  /// A picture of the chapter.
  mutating func show(_ file: String, _ caption: String) { show([file], caption) }

  /// Pictures of the chapter that belong together.
  mutating func show(_ files: [String], _ caption: String) {
    chapters[chapters.count - 1].pictures.append(Picture(files: files, caption: caption))
  }

  /// A page of the chapter.
  mutating func link(_ file: String, _ caption: String) {
    chapters[chapters.count - 1].links.append(Picture(files: [file], caption: caption))
  }

  private mutating func append(_ figure: Figure) { chapters[chapters.count - 1].figures.append(figure) }

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
    append(
      Figure(
        name: name, measured: fixed(value, digits), goal: goalsCount ? goal : "",
        isMet: goalsCount ? isMet : nil))
  }

  private func trimmed(_ value: Double) -> String {
    let long = fixed(value, 6)
    return String(long.reversed().drop { $0 == "0" }.drop { $0 == "." }.reversed())
  }
}
