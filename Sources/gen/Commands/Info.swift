import ArgumentParser

/// `gen info` shows the contents of a model file.
struct Info: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Shows what a model file contains.", discussion: "gen info faces.safetensors --command")

  @Argument(help: "Safetensors file of a model.", completion: .file(extensions: ["safetensors"]))
  var model: String

  @Flag(help: "Also show the options and the tensors.")
  var options = false

  @Flag(help: "Print the command, the C calls and the Python call that create such a model.")
  var command = false

  @Flag(help: "Print one line of JSON.")
  var json = false

  @OptionGroup var common: CommonFlags

  func validate() throws {
    if command, options { throw ValidationError("--command and --options cannot be combined") }
  }

  func run() throws {
    if command {
      let calls = try ModelCalls(
        of: Model(path: model, classifies: true), Checkpoint(path: model))
      return print(json ? calls.json.text : calls.text)
    }
    var facts = try Model(path: model, classifies: true).facts()
    if options { facts += try details() }
    if json { return print(JSON.object(facts).text) }
    let width = max(16, (facts.map(\.name.count).max() ?? 0) + 2)
    for fact in facts {
      guard case .string(let value) = fact.value else {
        print(fact.name.padded(width) + fact.value.text)
        continue
      }
      print(fact.name.padded(width) + value)
    }
  }

  private func details() throws -> [(name: String, value: JSON)] {
    let checkpoint = try Checkpoint(path: model)
    let options = checkpoint.metadata.filter { $0.key.hasPrefix("option.") }
      .map { (name: $0.key, value: JSON.string($0.value)) }
    return try options
      + checkpoint.names.compactMap { name in
        guard let (shape, _) = try checkpoint.floats(name) else { return nil }
        return ("tensor.\(name)", .string(shape.map(String.init).joined(separator: " x ")))
      }
  }
}
