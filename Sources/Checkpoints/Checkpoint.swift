import Tensors

/// The stored form of a model: named tensors in order and a map of strings, in a safetensors file.
///
/// The format is https://huggingface.co/docs/safetensors, but read more strictly than it requires.
/// `Checkpoint(kind:)` creates one to be written; `read` returns one that was checked completely. Names and
/// keys are compared as Swift strings: up to canonical equivalence of their characters.
package struct Checkpoint: Sendable {
  /// Limits on well-formed files, in addition to the `InputLimits`.
  package enum Limit {
    /// Maximum size of the JSON header in bytes, as in the format's reference implementation.
    package static let headerByteCount = 100_000_000
    package static let dimensionCount = 8
    /// Maximum total size of all metadata keys and values in UTF-8 bytes.
    package static let metadataByteCount = 1 << 20
  }

  /// What to do about a NaN or an infinity in the tensors, when reading and when writing.
  package enum NonfinitePolicy: Sendable { case refuse, allow }

  /// The tensors, in the order in which they were added or are stored in the file.
  package private(set) var tensors: [Tensor] = []
  /// Whether the header has a checksum too: written on writing, verified on reading. Models do not use it, so
  /// that other programs may add to their metadata. Statistics do, because an altered bit would not be
  /// noticed otherwise.
  package var sealsHeader = false
  /// The file's `__metadata__` without the checksums, which only the file contains.
  package private(set) var metadata: [String: String] = [:]
  private var indices: [String: Int] = [:]
  // Includes the checksum, which the file's metadata contains too.
  private var metadataByteCount = Checksum.metadataByteCount
  private var byteCount = 0
  let limits: InputLimits

  init(_ limits: InputLimits) { self.limits = limits }

  // MARK: - Building

  /// Adds a tensor that refers to `buffer`'s elements from `offset` on. Nothing is copied.
  ///
  /// The bytes are read when the checkpoint is written, and must not change until then.
  /// - Parameter shape: up to 8 sizes ≥ 0; empty for a single number.
  /// - Throws: `.argument` for a name or shape that the format or the limits forbid, a name that already
  ///   exists, or elements past the buffer's end; `.limit` if the total is too large.
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
      throw GenerativeError(.argument, "tensor \(quoted(tensor.name)) exists already")
    }
    guard tensors.count < limits.tensorCount else {
      throw GenerativeError(.limit, "a checkpoint holds at most \(limits.tensorCount) tensors")
    }
    // Cannot overflow, because a tensor's bytes are in memory that exists.
    guard tensor.bytes.count <= limits.modelByteCount - byteCount else {
      throw GenerativeError(.limit, "a checkpoint holds at most \(limits.modelByteCount) bytes")
    }
    indices[tensor.name] = tensors.count
    tensors.append(tensor)
    byteCount += tensor.bytes.count
  }

  /// Sets `key` to `value`, replacing an earlier value.
  ///
  /// - Throws: `.limit` if the metadata would exceed `Limit.metadataByteCount`.
  mutating func setMetadata(_ key: String, _ value: String) throws(GenerativeError) {
    let old = metadata[key].map { key.utf8.count + $0.utf8.count } ?? 0
    let new = key.utf8.count + value.utf8.count
    guard new <= Limit.metadataByteCount - (metadataByteCount - old) else {
      throw GenerativeError(.limit, "the metadata would exceed \(Limit.metadataByteCount) bytes")
    }
    metadata[key] = value
    metadataByteCount += new - old
  }

  // MARK: - Looking up

  /// The tensor with this name, with any type and shape, or nil.
  package subscript(name: String) -> Tensor? { indices[name].map { tensors[$0] } }

  /// The elements of the tensor `name`, which must have this element type and shape.
  ///
  /// - Throws: `.mismatch`, naming the tensor, what was expected and what was found.
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

  /// The only key of the header that is not the name of a tensor.
  static let metadataKey = "__metadata__"
}

/// Checks shared by building and reading a checkpoint.
extension InputLimits {
  /// The number of elements of a tensor with this shape, or nil if it has too many sizes, a negative one, or
  /// a product that no file could contain.
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
        status, "\(quoted(name)) is not a valid tensor name: it must have 1 to \(tensorNameByteCount) bytes")
    }
  }
}
