import Tensors

extension Checkpoint {
  /// The format this library writes: a major version and a minor one. A newer minor adds what older readers
  /// may ignore; a newer major version is rejected.
  ///
  /// 1: the first. 1.1: with where the last fit stands. docs/checkpoints.md has the history.
  package static let formatVersion = "1.1"
  private static let formatMajor = "1"

  private static let formatKey = "format"
  private static let kindKey = "kind"

  /// A checkpoint to be filled with a model of that kind: `pca`, `autoencoder`, `vae` or `gan`.
  ///
  /// - Parameter limits: what would not be read with these is not written either.
  /// - Throws: `.limit` for a kind as long as a book.
  package init(kind: String, limits: InputLimits) throws(GenerativeError) {
    self.init(limits)
    try setMetadata(Self.formatKey, Self.formatVersion)
    try setMetadata(Self.kindKey, kind)
  }

  /// What kind of model this is, or nil when the file is not by this library.
  package var kind: String? { hasOwnFormat ? metadata[Self.kindKey] : nil }

  /// Checks that the file is by this library, and returns its kind.
  ///
  /// - Throws: `.format`.
  package func requiredKind() throws(GenerativeError) -> String {
    guard let kind else {
      throw GenerativeError(
        .format, "these tensors are no model of this library: their metadata lack a format or kind")
    }
    return kind
  }

  /// The error of a file that holds no model, but what else the library writes, or will.
  package var holdsNoModel: GenerativeError {
    GenerativeError(.mismatch, "a file of kind \(quoted(kind ?? "")) holds no model")
  }

  /// Checks that this is a model of that kind.
  ///
  /// - Throws: `.mismatch` naming both kinds; `.format` when the file is not by this library.
  package func require(kind wanted: String) throws(GenerativeError) {
    let kind = try requiredKind()
    guard kind == wanted else {
      throw GenerativeError(.mismatch, "this model is of kind \(quoted(kind)), not \(quoted(wanted))")
    }
  }

  /// - Throws: `.format` when the file lacks the checksum of its header.
  package func requireSeal() throws(GenerativeError) {
    guard sealsHeader else {
      throw GenerativeError(
        .format, "the header was altered: its checksum, \(Checksum.headerKey), is missing")
    }
  }

  /// - Throws: `.version` when a newer library wrote the file in a way this one cannot know.
  ///
  /// Other programs put words there ("pt"), which are no versions.
  func checkVersion() throws(GenerativeError) {
    guard let text = metadata[Self.formatKey], let first = text.utf8.first, first >= 0x30, first <= 0x39,
      !hasOwnFormat
    else { return }
    throw GenerativeError(
      .version, "the file has format \(quoted(text)); this library reads format \(Self.formatMajor)")
  }

  /// Whether the format is a major version this library knows, with or without a minor one.
  private var hasOwnFormat: Bool {
    guard let text = metadata[Self.formatKey] else { return false }
    return text == Self.formatMajor || text.removing(prefix: Self.formatMajor + ".") != nil
  }
}
