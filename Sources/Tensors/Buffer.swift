/// Owned, aligned memory of fixed size. A failed allocation throws instead of ending the process.
///
/// `base` points to the elements and is valid as long as the buffer exists.
package final class Buffer<Element: BitwiseCopyable>: @unchecked Sendable {
  package let base: UnsafeMutablePointer<Element>
  package let count: Int
  private let byteCount: Int
  package let memory: Memory
  /// The buffer that owns the memory, if this one is a part of another.
  private let whole: Buffer?

  /// Allocates memory for `count` elements and zeroes it.
  ///
  /// - Throws: `.argument` if `count` is negative; `.memory` if the allocation fails.
  package convenience init(count: Int, in memory: Memory = .standard) throws(GenerativeError) {
    try self.init(uninitializedCount: count, in: memory)
    UnsafeMutableRawPointer(base).initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
  }

  /// Allocates memory for `count` elements that are written before they are read. A large allocation costs
  /// only the pages that are touched.
  ///
  /// - Throws: see above.
  package init(uninitializedCount count: Int, in memory: Memory = .standard) throws(GenerativeError) {
    // Vector loads may read past the last element, up to the end of its vector.
    guard count >= 0, let bytes = checkedProduct(max(count, 1), MemoryLayout<Element>.stride),
      let lines = Memory.wholeLines(bytes)
    else { throw GenerativeError(.memory, "cannot allocate \(count) elements") }
    byteCount = lines
    let raw = try memory.allocate(byteCount: byteCount)
    base = raw.bindMemory(to: Element.self, capacity: max(count, 1))
    self.count = count
    self.memory = memory
    whole = nil
  }

  /// The elements offset ..< offset + count of `whole`, sharing its memory. The offset must be a multiple of
  /// a cache line, and a whole vector must be readable after the last element.
  package init(part offset: Int, count: Int, of whole: Buffer) {
    precondition(offset >= 0 && count >= 0 && offset + count <= whole.count)
    base = whole.base + offset
    self.count = count
    byteCount = 0
    memory = whole.memory
    self.whole = whole
  }

  /// A copy of `elements`.
  package convenience init(
    copying elements: UnsafeBufferPointer<Element>, in memory: Memory = .standard
  ) throws(GenerativeError) {
    try self.init(count: elements.count, in: memory)
    if let source = elements.baseAddress { base.update(from: source, count: elements.count) }
  }

  deinit {
    if whole == nil { memory.release(UnsafeMutableRawPointer(base), byteCount: byteCount) }
  }

  package subscript(index: Int) -> Element {
    get { precondition(index >= 0 && index < count); return base[index] }
    set { precondition(index >= 0 && index < count); base[index] = newValue }
  }

  /// The elements as a collection, for tests and short loops.
  package var elements: UnsafeMutableBufferPointer<Element> {
    UnsafeMutableBufferPointer(start: base, count: count)
  }
}

/// The product of non-negative factors, or nil if it overflows or a factor is negative.
///
/// All sizes that come from outside are multiplied by this function.
package func checkedProduct(_ factors: Int...) -> Int? {
  var product = 1
  for factor in factors {
    let (next, overflow) = product.multipliedReportingOverflow(by: factor)
    guard factor >= 0, !overflow else { return nil }
    product = next
  }
  return product
}
