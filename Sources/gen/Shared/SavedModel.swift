import ArgumentParser
import CGenerative

/// Where `gen mixture` and `gen threshold` save a model to which they add something.
struct SavedModel: ParsableArguments {
  @Option(
    name: .shortAndLong, help: "Safetensors file to write (default: the model's file).")
  var out: String?

  @Flag(help: "Overwrite the file given by --out, or the mixture or threshold that the model already has.")
  var force = false

  /// Throws if saving would overwrite something.
  ///
  /// - Parameters:
  ///   - path: the model's file.
  ///   - added: what is added, such as "mixture".
  ///   - hasIt: whether the model already has one.
  func check(_ path: String, adding added: String, hasIt: Bool) throws {
    if force { return }
    if let out, FileIdentity(path: out) != FileIdentity(path: path) { return try checkIsFree(out) }
    if hasIt {
      throw Failure(
        description:
          "\(path) already has a \(added): give another file with --out, or replace it with --force")
    }
  }

  /// Saves the model and returns the path.
  func save(_ model: Model, from path: String) throws -> String {
    try model.save(to: out ?? path)
    return out ?? path
  }
}

/// Throws if a file exists, so that it is not overwritten.
func checkIsFree(_ path: String, orResume canResume: Bool = false) throws {
  guard FileIdentity(path: path) != nil else { return }
  throw Failure(
    description: "\(path) exists: give another file with --out, "
      + (canResume ? "continue its fit with --resume, " : "") + "or overwrite it with --force")
}
