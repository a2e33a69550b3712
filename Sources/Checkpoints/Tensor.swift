import Tensors

extension Checkpoint {
  /// A named array. Its bytes are borrowed from an owner that it keeps alive.
  package struct Tensor: @unchecked Sendable {
    package let name: String
    package let type: ElementType
    /// Sizes from the slowest to the fastest dimension; empty for a single number.
    package let shape: [Int]
    /// The number of elements: the product of `shape`.
    package let count: Int
    let base: UnsafeRawPointer
    let owner: AnyObject

    /// Little-endian elements, valid as long as this tensor exists.
    package var bytes: UnsafeRawBufferPointer {
      // Cannot overflow, because the bytes exist.
      UnsafeRawBufferPointer(start: base, count: count * type.byteCount)
    }
  }
}

/// The elements of a checkpoint's tensor, which this view keeps alive.
package struct TensorView<Element: TensorElement>: @unchecked Sendable {
  package let shape: [Int]
  package let count: Int
  private let base: UnsafePointer<Element>
  private let owner: AnyObject

  /// nil if the tensor has another element type.
  init?(_ tensor: Checkpoint.Tensor) {
    guard tensor.type == Element.elementType else { return nil }
    shape = tensor.shape
    count = tensor.count
    base = tensor.base.assumingMemoryBound(to: Element.self)
    owner = tensor.owner
  }

  /// Calls `body` with the elements, which stay valid until it returns.
  package func withElements<Result>(_ body: (UnsafeBufferPointer<Element>) -> Result) -> Result {
    withExtendedLifetime(self) { body(UnsafeBufferPointer(start: base, count: count)) }
  }

  /// Copies the `count` elements to `destination`.
  package func copy(to destination: UnsafeMutablePointer<Element>) {
    withExtendedLifetime(self) { destination.update(from: base, count: count) }
  }

  /// A copy of the elements in a new buffer.
  ///
  /// - Throws: `.memory`.
  package func copied(in memory: Memory = .standard) throws(GenerativeError) -> Buffer<Element> {
    let buffer = try Buffer<Element>(count: count, in: memory)
    copy(to: buffer.base)
    return buffer
  }
}
