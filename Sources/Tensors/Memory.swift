import CShims
import Glibc
import Synchronization

/// Where buffers come from: an allocator, a limit, and the account of what is in use.
///
/// Everything whose size a caller can influence is allocated here, so that a refused
/// allocation is an error and never a trap.
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

    /// `aligned_alloc` and `free`, in huge pages if available, with `SpareBlocks` between.
    package static let system = Allocator(
      allocate: { byteCount in
        if let spare = SpareBlocks.take(byteCount: byteCount) { return spare }
        // aligned_alloc wants a multiple of the alignment.
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

  /// Bytes released since the C library was last asked to give memory back.
  private static let releasedByteCount = Atomic<Int>(0)

  /// Gives the memory that this process does not use back to the system: spare blocks, and what the C library keeps.
  package static func trim() {
    SpareBlocks.release()
    trimCLibrary()
  }

  /// Does the second where it is worth its milliseconds. Spare blocks stay, for a fit that may follow.
  package static func trimAfterMuchWasReleased() {
    if releasedByteCount.load(ordering: .relaxed) > 128 << 20 { trimCLibrary() }
  }

  private static func trimCLibrary() {
    releasedByteCount.store(0, ordering: .relaxed)
    shim_trim_memory()
  }

  /// One cache line, and the widest vector's width.
  package static let alignment = 64

  /// `byteCount` rounded up to a multiple of `alignment`; nil when that is no `Int`.
  static func wholeLines(_ byteCount: Int) -> Int? {
    byteCount <= Int.max - alignment ? (byteCount + alignment - 1) / alignment * alignment : nil
  }

  package static let standard = Memory()

  private let allocator: Allocator
  private let limit: Int
  private let used = Atomic<Int>(0)
  private let peak = Atomic<Int>(0)

  /// - Parameter limit: bytes this account may hold at once.
  package init(allocator: Allocator = .system, limit: Int = .max) {
    self.allocator = allocator
    self.limit = limit
  }

  /// Bytes in use now.
  package var usedByteCount: Int { used.load(ordering: .relaxed) }
  /// The most bytes that were ever in use.
  package var peakByteCount: Int { peak.load(ordering: .relaxed) }

  /// Memory that is not cleared, aligned to `alignment`.
  ///
  /// - Throws: `.memory` when it cannot be had.
  package func allocate(byteCount: Int) throws(GenerativeError) -> UnsafeMutableRawPointer {
    let total = used.add(byteCount, ordering: .relaxed).newValue
    guard total <= limit else {
      used.subtract(byteCount, ordering: .relaxed)
      throw GenerativeError(
        .memory, "\(byteCount) bytes more would pass the context's memory_limit of \(limit) bytes")
    }
    // After a small object's memory was refused the call ends here, at its next data.
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

/// Asks for huge pages where whole ones lie inside: weights that stream past are then found without a
/// walk through the page tables for every few kilobytes. No more is resident than was asked for.
func askForHugePages(_ memory: UnsafeMutableRawPointer, byteCount: Int) {
  let page = 2 << 20
  let start = memory.alignedUp(toMultipleOf: page)
  let end = (memory + byteCount).alignedDown(toMultipleOf: page)
  if start < end { madvise(start, end - start, MADV_HUGEPAGE) }
}
