import ArgumentParser
import CGenerative

/// `gen generate-manual` writes manual pages from the help texts. `make install` uses it; the help does not list it.
struct Manual: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate-manual", abstract: "Writes manual pages of all commands.", shouldDisplay: false)

  @Argument(help: "Folder to write to.", completion: .directory)
  var folder: String

  func run() throws {
    try makeFolder(folder)
    try write(Gen.self, ["gen"])
  }

  private func write(_ command: any ParsableCommand.Type, _ names: [String]) throws {
    let configuration = command.configuration
    let below = configuration.groupedSubcommands.flatMap(\.subcommands) + configuration.subcommands
    let listed = below.filter { $0.configuration.shouldDisplay }
    var page = ManualPage(
      names: names, abstract: configuration.abstract, discussion: configuration.discussion)
    page.addHelp(
      command == Gen.self ? Gen.helpMessage(columns: 1000) : Gen.helpMessage(for: command, columns: 1000))
    page.addReferences(names.count > 1 ? [Array(names.dropLast())] : [], listed.map { names + [$0.name] })
    try gen.write(page.text, to: "\(folder)/\(names.joined(separator: "-")).1")
    for next in listed { try write(next, names + [next.name]) }
  }
}

extension ParsableCommand {
  /// The command's name on the command line.
  static var name: String { configuration.commandName ?? "\(Self.self)".lowercased() }
}

/// A manual page in the format of man(7).
private struct ManualPage {
  private var lines: [String] = []

  var text: String { lines.joined(separator: "\n") + "\n" }

  /// - Parameter names: the command and its parents: "gen", "train", "vae".
  init(names: [String], abstract: String, discussion: String) {
    let name = names.joined(separator: "-")
    var sentence = abstract
    if sentence.hasSuffix(".") { sentence.removeLast() }
    lines = [
      ".TH \(name.uppercased()) 1 \"\" \"libgenerative \(gen.text(gen_version()))\" \"User Commands\"",
      ".SH NAME", "\(name) \\- \(roff(sentence))",
    ]
    self.discussion = discussion
  }

  private let discussion: String

  /// Adds the usage and the sections of a help text whose entries are not wrapped.
  mutating func addHelp(_ help: String) {
    let sections = help.split(separator: "\n\n").map { $0.split(separator: "\n").map(String.init) }
    if let usage = sections.first(where: { $0[0].hasPrefix("USAGE: ") }) {
      lines += [".SH SYNOPSIS", roff(String(usage[0].dropFirst(7)))]
    }
    lines.append(".SH DESCRIPTION")
    for paragraph in discussion.split(separator: "\n\n") {
      // Example commands keep their line breaks.
      let isExample = paragraph.split(separator: "\n").allSatisfy { $0.hasPrefix("gen ") }
      lines +=
        [".PP"] + (isExample ? [".nf"] : []) + paragraph.split(separator: "\n").map { roff(String($0)) }
      if isExample { lines.append(".fi") }
    }
    for section in sections where section[0].hasSuffix(":") && !section[0].hasPrefix(" ") {
      lines.append(".SH \(roff(String(section[0].dropLast())))")
      for line in section.dropFirst() { addEntry(line) }
    }
  }

  /// "  -o, --out <out>         File to write."
  private mutating func addEntry(_ line: String) {
    // Help texts start in a fixed column, on the next line if the label is too long.
    let column = 26
    let (before, text) = (Array(line.prefix(column)), line.dropFirst(column))
    let isShort = before.count < column || before[column - 1] == " "
    let label = (isShort ? String(before) : line).split(separator: " ").joined(separator: " ")
    if !label.isEmpty { lines += [".TP", ".B \(roff(label))"] }
    if isShort, !text.isEmpty { lines.append(roff(String(text))) }
  }

  /// Adds references to the parent command and the subcommands.
  mutating func addReferences(_ above: [[String]], _ below: [[String]]) {
    let pages = (above + below).map { "\\fB\(roff($0.joined(separator: "-")))\\fR(1)" }
    if !pages.isEmpty { lines += [".SH SEE ALSO", pages.joined(separator: ", ")] }
  }
}

/// Escapes text so that roff shows it unchanged.
private func roff(_ text: String) -> String {
  let shown = text.replacing("\\", with: "\\e").replacing("-", with: "\\-")
  return shown.hasPrefix(".") || shown.hasPrefix("'") ? "\\&\(shown)" : shown
}
