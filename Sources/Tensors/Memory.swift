import CShims
import Glibc
import Synchronization

/// Where buffers come from: an allocator, a limit, and the account of the memory in use.
///
/// Everything whose size a caller can influence is allocated here, so a refused allocation is an error and
/// never a trap.
package final class Memory: Sendable {
  /// A host's allocator. `allocate` returns memory aligned to 64 bytes, or nil.
  package struct Allocator: @unchecked Sendable {
    package var allocate: (_ byteCount: Int) -> UnsafeMutableRawPointer?
    package var release: (_ memory: UnsafeMutableRawPointer, _ byteCount: Int) -> Void

    package init(
      allocate: @escaping (Int) -> UnsafeMutableRawPointer?,
      release: @escaping (UnsafeMutableRawPointer, Int) -> Void
    ) {
      self.allocate = allocate
      self.release = release
    }

    /// `aligned_alloc` and `free`, with huge pages if available, and `SpareBlocks` in between.
    package static let system = Allocator(
      allocate: { byteCount in
        if let spare = SpareBlocks.take(byteCount: byteCount) { return spare }
        // aligned_alloc requires a multiple of the alignment.
        guard let whole = Memory.wholeLines(byteCount) else { return nil }
        var memory = aligned_alloc(Memory.alignment, whole)
        if memory == nil {
          SpareBlocks.release()
          memory = aligned_alloc(Memory.alignment, whole)
        }
        if let memory { askForHugePages(memory, byteCount: byteCount) }
        return memory
      },
      release: { memory, byteCount in
        releasedByteCount.add(byteCount, ordering: .relaxed)
        SpareBlocks.keep(memory, byteCount: byteCount)
      })
  }

  /// Bytes released since the C library was last asked to return memory to the system.
  private static let releasedByteCount = Atomic<Int>(0)

  /// Returns unused memory to the system: spare blocks, and memory that the C library keeps.
  package static func trim() {
    SpareBlocks.release()
    trimCLibrary()
  }

  /// Returns the C library's memory if that is worth the milliseconds it takes. Spare blocks are kept for a
  /// fit that may follow.
  package static func trimAfterMuchWasReleased() {
    if releasedByteCount.load(ordering: .relaxed) > 128 << 20 { trimCLibrary() }
  }

  private static func trimCLibrary() {
    releasedByteCount.store(0, ordering: .relaxed)
    shim_trim_memory()
  }

  /// The size of a cache line, and of the widest vector.
  package static let alignment = 64

  /// `byteCount` rounded up to a multiple of `alignment`, or nil if that overflows.
  static func wholeLines(_ byteCount: Int) -> Int? {
    byteCount <= Int.max - alignment ? (byteCount + alignment - 1) / alignment * alignment : nil
  }

  package static let standard = Memory()

  private let allocator: Allocator
  private let limit: Int
  private let used = Atomic<Int>(0)
  private let peak = Atomic<Int>(0)

  /// - Parameter limit: maximum number of bytes in use at once.
  package init(allocator: Allocator = .system, limit: Int = .max) {
    self.allocator = allocator
    self.limit = limit
  }

  /// The number of bytes in use.
  package var usedByteCount: Int { used.load(ordering: .relaxed) }
  /// The maximum number of bytes ever in use.
  package var peakByteCount: Int { peak.load(ordering: .relaxed) }

  /// Allocates memory that is not cleared, aligned to `alignment`.
  ///
  /// - Throws: `.memory` if the allocation fails.
  package func allocate(byteCount: Int) throws(GenerativeError) -> UnsafeMutableRawPointer {
    let total = used.add(byteCount, ordering: .relaxed).newValue
    guard total <= limit else {
      used.subtract(byteCount, ordering: .relaxed)
      throw GenerativeError(
        .memory, "\(byteCount) bytes more would exceed the context's memory_limit of \(limit) bytes")
    }
    // If memory for a small object was refused, the call fails at its next data allocation.
    guard shim_was_refused() == 0, let memory = allocator.allocate(byteCount) else {
      used.subtract(byteCount, ordering: .relaxed)
      throw GenerativeError(.memory, "could not allocate \(byteCount) bytes")
    }
    peak.max(total, ordering: .relaxed)
    return memory
  }

  package func release(_ memory: UnsafeMutableRawPointer, byteCount: Int) {
    allocator.release(memory, byteCount)
    used.subtract(byteCount, ordering: .relaxed)
  }
}

/// Requests huge pages for the whole pages inside the block. Streaming through weights then needs no
/// page-table walk every few kilobytes. No more memory becomes resident than was requested.
func askForHugePages(_ memory: UnsafeMutableRawPointer, byteCount: Int) {
  let page = 2 << 20
  let start = memory.alignedUp(toMultipleOf: page)
  let end = (memory + byteCount).alignedDown(toMultipleOf: page)
  if start < end { madvise(start, end - start, MADV_HUGEPAGE) }
}
