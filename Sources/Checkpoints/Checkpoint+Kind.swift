import Tensors

extension Checkpoint {
  /// The format that this library writes: a major and a minor version. A newer minor version adds what older
  /// readers may ignore. A newer major version is rejected.
  ///
  /// Version 1 was the first. 1.1 adds the position of the last fit. docs/checkpoints.md has the history.
  package static let formatVersion = "1.1"
  private static let formatMajor = "1"

  private static let formatKey = "format"
  private static let kindKey = "kind"

  /// An empty checkpoint for a model of this kind: `pca`, `autoencoder`, `vae` or `gan`.
  ///
  /// - Parameter limits: also apply to writing, so that everything written can be read with the same limits.
  /// - Throws: `.limit` if `kind` is too long for the metadata.
  package init(kind: String, limits: InputLimits) throws(GenerativeError) {
    self.init(limits)
    try setMetadata(Self.formatKey, Self.formatVersion)
    try setMetadata(Self.kindKey, kind)
  }

  /// The kind of model, or nil if the file was not written by this library.
  package var kind: String? { hasOwnFormat ? metadata[Self.kindKey] : nil }

  /// Checks that the file was written by this library, and returns its kind.
  ///
  /// - Throws: `.format`.
  package func requiredKind() throws(GenerativeError) -> String {
    guard let kind else {
      throw GenerativeError(
        .format, "not a model of this library: the metadata has no format or kind")
    }
    return kind
  }

  /// The error for a file that contains something other than a model, written by this version of the library
  /// or a later one.
  package var holdsNoModel: GenerativeError {
    GenerativeError(.mismatch, "a file of kind \(quoted(kind ?? "")) does not contain a model")
  }

  /// Checks that this is a model of the given kind.
  ///
  /// - Throws: `.mismatch`, naming both kinds; `.format` if the file was not written by this library.
  package func require(kind wanted: String) throws(GenerativeError) {
    let kind = try requiredKind()
    guard kind == wanted else {
      throw GenerativeError(.mismatch, "this model is of kind \(quoted(kind)), not \(quoted(wanted))")
    }
  }

  /// - Throws: `.format` if the file lacks the checksum of its header.
  package func requireSeal() throws(GenerativeError) {
    guard sealsHeader else {
      throw GenerativeError(
        .format, "the header was altered: its checksum, \(Checksum.headerKey), is missing")
    }
  }

  /// - Throws: `.version` if a newer library wrote the file in a format that this one does not know.
  ///
  /// Other programs use words in this place ("pt"), which are not versions.
  func checkVersion() throws(GenerativeError) {
    guard let text = metadata[Self.formatKey], let first = text.utf8.first, first >= 0x30, first <= 0x39,
      !hasOwnFormat
    else { return }
    throw GenerativeError(
      .version, "the file has format \(quoted(text)); this library reads format \(Self.formatMajor)")
  }

  /// Whether the format is a major version that this library knows, with or without a minor version.
  private var hasOwnFormat: Bool {
    guard let text = metadata[Self.formatKey] else { return false }
    return text == Self.formatMajor || text.removing(prefix: Self.formatMajor + ".") != nil
  }
}
