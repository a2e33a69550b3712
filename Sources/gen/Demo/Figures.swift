/// The metrics of a run and their goals.
struct Figures {
  /// One line of the table.
  struct Figure {
    let name: String
    let measured: String
    let goal: String
    let isMet: Bool?
  }

  /// One or more image files that belong together, and their caption.
  struct Picture {
    let files: [String]
    let caption: String
  }

  /// A chapter of the page.
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

  /// Whether the goals apply. They are stated for the whole of Fashion-MNIST.
  let goalsCount: Bool

  init(goalsCount: Bool) { self.goalsCount = goalsCount }

  /// Adds a metric that must be near a published or measured value.
  mutating func add(_ name: String, _ value: Double, digits: Int, near goal: Double, within: Double) {
    let isMet = abs(value - goal) <= within
    add(name, value, digits, "\(fixed(goal, digits)) +- \(trimmed(within))", isMet)
  }

  /// Adds a metric that must not be above its goal.
  mutating func add(_ name: String, _ value: Double, digits: Int, atMost goal: Double) {
    add(name, value, digits, "<= \(fixed(goal, digits))", value <= goal)
  }

  /// Adds a metric that must not be below its goal.
  mutating func add(_ name: String, _ value: Double, digits: Int, atLeast goal: Double) {
    add(name, value, digits, ">= \(fixed(goal, digits))", value >= goal)
  }

  /// Adds a metric without a goal, for comparison.
  mutating func add(_ name: String, _ value: Double, digits: Int) {
    append(Figure(name: name, measured: fixed(value, digits), goal: "", isMet: nil))
  }

  /// Begins a chapter, to which the following metrics and images belong.
  mutating func begin(_ title: String, _ text: String) { chapters.append(Chapter(title: title, text: text)) }

  /// Adds an image to the chapter.
  mutating func show(_ file: String, _ caption: String) { show([file], caption) }

  /// Adds images that belong together to the chapter.
  mutating func show(_ files: [String], _ caption: String) {
    chapters[chapters.count - 1].pictures.append(Picture(files: files, caption: caption))
  }

  /// Adds a link to a page to the chapter.
  mutating func link(_ file: String, _ caption: String) {
    chapters[chapters.count - 1].links.append(Picture(files: [file], caption: caption))
  }

  private mutating func append(_ figure: Figure) { chapters[chapters.count - 1].figures.append(figure) }

  /// The table as text that ends with a line break.
  var table: String {
    let width = (figures.map(\.name.count).max() ?? 0) + 2
    var lines = ["metric".padded(width) + "measured".aligned(12) + "  " + "goal".padded(22) + "met"]
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
