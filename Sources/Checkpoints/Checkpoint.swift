import Tensors

/// A model at rest: named tensors in order and a map of strings, kept as a safetensors file.
///
/// Format: https://huggingface.co/docs/safetensors, read here more strictly than it asks.
/// `Checkpoint(kind:)` starts one to be written; `read` gives one that was checked from end to end.
/// Names and keys are the same when Swift says so: up to canonical equivalence of their characters.
package struct Checkpoint: Sendable {
  /// Limits on well-formed files, in addition to the `InputLimits`.
  package enum Limit {
    /// Bytes of the JSON header, as in the format's reference implementation.
    package static let headerByteCount = 100_000_000
    package static let dimensionCount = 8
    /// UTF-8 bytes of all metadata keys and values together.
    package static let metadataByteCount = 1 << 20
  }

  /// What to do about a NaN or an infinity among the tensors, in reading and in writing.
  package enum NonfinitePolicy: Sendable { case refuse, allow }

  /// The tensors in the order they were added, or stand in the file.
  package private(set) var tensors: [Tensor] = []
  /// Whether the header has a checksum as well: when written, or found right when read. Models do without,
  /// so that other programs may add to their metadata; of statistics a bit gone wrong would not show.
  package var sealsHeader = false
  /// The file's `__metadata__`, without the checksums, which only the file has.
  package private(set) var metadata: [String: String] = [:]
  private var indices: [String: Int] = [:]
  // The file's metadata have the checksum as well.
  private var metadataByteCount = Checksum.metadataByteCount
  private var byteCount = 0
  let limits: InputLimits

  init(_ limits: InputLimits) { self.limits = limits }

  // MARK: - Building

  /// Adds a tensor that shows `buffer`'s elements from `offset` on; nothing is copied.
  ///
  /// The bytes are read when the checkpoint is written, and must not change while it is.
  /// - Parameter shape: up to 8 sizes ≥ 0; empty for a single number.
  /// - Throws: `.argument` for a name or shape that the format or the limits forbid, a name that is
  ///   there already, or elements beyond the buffer's end; `.limit` for too much in all.
  package mutating func add<Element: TensorElement>(
    _ name: String, shape: [Int], _ buffer: Buffer<Element>, offset: Int = 0
  ) throws(GenerativeError) {
    guard let count = limits.elementCount(shape) else {
      throw GenerativeError(.argument, "tensor \(quoted(name)) cannot have the shape \(shape)")
    }
    guard offset >= 0, offset <= buffer.count, count <= buffer.count - offset else {
      throw GenerativeError(
        .argument,
        "tensor \(quoted(name)) needs \(count) elements from \(offset) on; the buffer has \(buffer.count)")
    }
    try add(
      Tensor(
        name: name, type: Element.elementType, shape: shape, count: count,
        base: UnsafeRawPointer(buffer.base + offset), owner: buffer))
  }

  mutating func add(_ tensor: Tensor) throws(GenerativeError) {
    try limits.checkName(tensor.name, .argument)
    guard indices[tensor.name] == nil else {
      throw GenerativeError(.argument, "tensor \(quoted(tensor.name)) is there already")
    }
    guard tensors.count < limits.tensorCount else {
      throw GenerativeError(.limit, "a checkpoint holds at most \(limits.tensorCount) tensors")
    }
    // No overflow: a tensor's bytes are those of memory that exists.
    guard tensor.bytes.count <= limits.modelByteCount - byteCount else {
      throw GenerativeError(.limit, "a checkpoint holds at most \(limits.modelByteCount) bytes")
    }
    indices[tensor.name] = tensors.count
    tensors.append(tensor)
    byteCount += tensor.bytes.count
  }

  /// Puts `value` under `key`, replacing what was there.
  ///
  /// - Throws: `.limit` when the metadata would grow past `Limit.metadataByteCount`.
  mutating func setMetadata(_ key: String, _ value: String) throws(GenerativeError) {
    let old = metadata[key].map { key.utf8.count + $0.utf8.count } ?? 0
    let new = key.utf8.count + value.utf8.count
    guard new <= Limit.metadataByteCount - (metadataByteCount - old) else {
      throw GenerativeError(.limit, "the metadata would pass \(Limit.metadataByteCount) bytes")
    }
    metadata[key] = value
    metadataByteCount += new - old
  }

  // MARK: - Looking up

  /// The tensor of that name, whatever its type and shape, or nil.
  package subscript(name: String) -> Tensor? { indices[name].map { tensors[$0] } }

  /// The elements of the tensor `name`, which must have this element type and shape.
  ///
  /// - Throws: `.mismatch` naming the tensor, what was wanted and what was found.
  package func tensor<Element: TensorElement>(
    named name: String, shape: [Int], as: Element.Type = Float.self
  ) throws(GenerativeError) -> TensorView<Element> {
    let wanted = "\(Element.elementType.rawValue) \(shape)"
    guard let tensor = self[name] else {
      throw GenerativeError(.mismatch, "tensor \(quoted(name)) (\(wanted)) is missing")
    }
    guard tensor.shape == shape, let view = TensorView<Element>(tensor) else {
      throw GenerativeError(
        .mismatch,
        "tensor \(quoted(name)) must be \(wanted), not \(tensor.type.rawValue) \(tensor.shape)")
    }
    return view
  }

  /// The header's one key that names no tensor.
  static let metadataKey = "__metadata__"
}

/// The checks that building a checkpoint shares with reading one.
extension InputLimits {
  /// Elements of a tensor of that shape, or nil when it has too many sizes, a negative one, or a
  /// product that no file could hold.
  func elementCount(_ shape: [Int]) -> Int? {
    guard shape.count <= Checkpoint.Limit.dimensionCount else { return nil }
    var count = 1
    for size in shape {
      guard let product = checkedProduct(count, size), product <= modelByteCount else { return nil }
      count = product
    }
    return count
  }

  func checkName(_ name: String, _ status: GenerativeError.Status) throws(GenerativeError) {
    guard (1...tensorNameByteCount).contains(name.utf8.count), name != Checkpoint.metadataKey else {
      throw GenerativeError(
        status, "\(quoted(name)) is no tensor name: it must have 1 to \(tensorNameByteCount) bytes")
    }
  }
}
