import ArgumentParser

/// `gen info`: what a model file holds.
struct Info: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Tells what a model file holds.")

  @Argument(help: "A model's safetensors file.")
  var model: String

  func run() throws {
    for fact in try ModelFile(path: model).facts() { print("\(fact.name.padded(16)) \(fact.value)") }
  }
}
