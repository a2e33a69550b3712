/// Owned, aligned, fixed-size memory whose allocation can fail without ending the process.
///
/// Elements are reached through `base`, which is valid as long as the buffer lives.
package final class Buffer<Element: BitwiseCopyable>: @unchecked Sendable {
  package let base: UnsafeMutablePointer<Element>
  package let count: Int
  private let byteCount: Int
  package let memory: Memory
  /// Of a part of another buffer: that one, whose memory it is.
  private let whole: Buffer?

  /// Memory for `count` elements, zeroed.
  ///
  /// - Throws: `.argument` when `count` is negative, `.memory` when it cannot be had.
  package convenience init(count: Int, in memory: Memory = .standard) throws(GenerativeError) {
    try self.init(uninitializedCount: count, in: memory)
    UnsafeMutableRawPointer(base).initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
  }

  /// Memory for `count` elements that are written before they are read: large ones cost only the pages
  /// that are touched.
  ///
  /// - Throws: as above.
  package init(uninitializedCount count: Int, in memory: Memory = .standard) throws(GenerativeError) {
    // Whole vectors may be loaded from the last, partly used one.
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

  /// The elements offset ..< offset + count of `whole`, in its memory. The offset must be a multiple of a
  /// cache line, and a vector must fit behind the last element.
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

  /// The elements as a collection, for tests and small loops.
  package var elements: UnsafeMutableBufferPointer<Element> {
    UnsafeMutableBufferPointer(start: base, count: count)
  }
}

/// The product of non-negative factors, or nil when it does not fit or a factor is negative.
///
/// The one multiplication of sizes that come from outside.
package func checkedProduct(_ factors: Int...) -> Int? {
  var product = 1
  for factor in factors {
    let (next, overflow) = product.multipliedReportingOverflow(by: factor)
    guard factor >= 0, !overflow else { return nil }
    product = next
  }
  return product
}
