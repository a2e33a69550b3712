import ArgumentParser

/// Corrects words of the command line that the parser would misunderstand.
enum CommandLineWords {
  /// Joins negative numbers to their options with "=", and rejects unknown commands.
  static func understood(_ words: [String]) throws -> [String] {
    try checkCommand(words, of: Gen.self)
    var understood: [String] = []
    for (index, word) in words.enumerated() {
      if let last = understood.last, isOption(last), isNegativeNumber(word), !words[..<index].contains("--") {
        understood[understood.count - 1] = "\(last)=\(word)"
      } else {
        understood.append(word)
      }
    }
    return understood
  }

  private static func isOption(_ word: String) -> Bool {
    word.hasPrefix("-") && word != "-" && word != "--" && !word.contains("=") && !isNegativeNumber(word)
  }

  private static func isNegativeNumber(_ word: String) -> Bool {
    word.hasPrefix("-") && word.dropFirst().first.map { $0.isNumber || $0 == "." } == true
      && Double(word) != nil
  }

  /// Rejects a first word that is not a command, and checks subcommands in the same way.
  private static func checkCommand(_ words: [String], of command: any ParsableCommand.Type) throws {
    let configuration = command.configuration
    let commands = configuration.subcommands + configuration.groupedSubcommands.flatMap(\.subcommands)
    guard let word = words.first, !word.hasPrefix("-"), !commands.isEmpty, word != "help" else { return }
    if let next = commands.first(where: { $0.name == word }) {
      return try checkCommand(Array(words.dropFirst()), of: next)
    }
    let nearest = commands.map { (name: $0.name, distance: distance(word, $0.name)) }
      .min { $0.distance < $1.distance }
    let parent = command == Gen.self ? "gen" : "gen \(command.name)"
    var message = "\(parent) has no command \(word)"
    let isNear = nearest.map { $0.distance <= max(1, word.count / 3) } ?? false
    message += isNear ? "; did you mean \(nearest?.name ?? "")?" : "."
    throw ValidationError("\(message) See \(parent) --help")
  }

  /// The edit distance between two words: insertions, deletions, substitutions and swaps of adjacent letters.
  private static func distance(_ a: String, _ b: String) -> Int {
    let (a, b) = (Array(a), Array(b))
    var lines = [Array(0...b.count)]
    for i in 0..<a.count {
      var line = [i + 1]
      for j in 0..<b.count {
        var least = min(lines[i][j + 1] + 1, line[j] + 1, lines[i][j] + (a[i] == b[j] ? 0 : 1))
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { least = min(least, lines[i - 1][j - 1] + 1) }
        line.append(least)
      }
      lines.append(line)
    }
    return lines[a.count][b.count]
  }
}
