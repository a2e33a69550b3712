import ArgumentParser
import CGenerative

/// Where `gen mixture` and `gen threshold` save a model to which they add something.
struct SavedModel: ParsableArguments {
  @Option(
    name: .shortAndLong, help: "Safetensors file to write (default: the model's file).")
  var out: String?

  @Flag(help: "Overwrite what is there: the file that --out names, or what the model's file has already.")
  var force = false

  /// Refuses to overwrite what exists.
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
          "\(path) has a \(added), which would be lost: name another file by --out, or replace it by --force")
    }
  }

  /// Saves the model and returns the path.
  func save(_ model: Model, from path: String) throws -> String {
    try model.save(to: out ?? path)
    return out ?? path
  }
}

/// Refuses to overwrite a file with a model.
func checkIsFree(_ path: String, orResume canResume: Bool = false) throws {
  guard FileIdentity(path: path) != nil else { return }
  throw Failure(
    description: "\(path) exists: name another file by --out, "
      + (canResume ? "continue its fit by --resume, " : "") + "or overwrite it by --force")
}
