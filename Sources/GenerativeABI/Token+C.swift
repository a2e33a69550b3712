import CGenerative
import CShims
import Synchronization
import Tensors

/// Tokens are in a fixed table of atomics instead of among the handles, because a signal handler may cancel
/// one. That takes a single compare-and-exchange, no lock and no memory.
///
/// An entry consists of generation (32 bits) · in use · cancelled. A token consists of the mark, the
/// generation and the index.
enum Tokens {
  static let count = 256
  private static let mark: UInt = 0x70 << 56
  private static let inUse: UInt64 = 2
  private static let cancelled: UInt64 = 1

  // Immutable after creation; the elements are atomic.
  private static let table = Table()

  private final class Table: Sendable {
    private nonisolated(unsafe) let entries: UnsafeMutablePointer<Atomic<UInt64>>

    init() {
      entries = .allocate(capacity: Tokens.count)
      for index in 0..<Tokens.count {
        (entries + index).initialize(to: Atomic(UInt64(shim_copy_number()) << 2))
      }
    }

    subscript(index: Int) -> UnsafeMutablePointer<Atomic<UInt64>> { entries + index }
  }

  /// Creates a token. Returns nil if all are in use.
  static func make() -> OpaquePointer? {
    for index in 0..<count {
      let old = table[index].pointee.load(ordering: .acquiring)
      if old & inUse != 0 { continue }
      let generation = (old >> 2 + 1) & 0xFFFF_FFFF
      let (exchanged, _) = table[index].pointee.compareExchange(
        expected: old, desired: generation << 2 | inUse, ordering: .acquiringAndReleasing)
      if exchanged {
        return OpaquePointer(bitPattern: mark | UInt(generation) << 16 | UInt(index))
      }
    }
    return nil
  }

  static func free(_ token: OpaquePointer?) {
    guard let (index, entry) = find(token) else { return }
    _ = table[index].pointee.compareExchange(
      expected: entry, desired: entry & ~(inUse | cancelled), ordering: .acquiringAndReleasing)
  }

  /// Cancels a token. Returns whether it exists.
  static func cancel(_ token: OpaquePointer?) -> Bool {
    guard let (index, entry) = find(token) else { return false }
    _ = table[index].pointee.compareExchange(
      expected: entry, desired: entry | cancelled, ordering: .acquiringAndReleasing)
    return true
  }

  /// Whether the token is cancelled, or nil if there is no such token.
  static func isCancelled(_ token: OpaquePointer?) -> Bool? {
    find(token).map { $0.entry & cancelled != 0 }
  }

  private static func find(_ token: OpaquePointer?) -> (index: Int, entry: UInt64)? {
    let bits = UInt(bitPattern: token)
    let index = Int(bits & 0xFFFF)
    guard bits & (0xFF << 56) == mark, index < count else { return nil }
    let entry = table[index].pointee.load(ordering: .acquiring)
    guard entry & inUse != 0, UInt(entry >> 2) == (bits >> 16) & 0xFFFF_FFFF else { return nil }
    return (index, entry)
  }

  static func invalid() -> GenerativeError {
    GenerativeError(.handle, "token is not a gen_token handle, or was destroyed")
  }
}

@c @implementation public func gen_token_create(
  _ token_out: UnsafeMutablePointer<OpaquePointer?>?
) -> gen_status {
  boundary { () throws(GenerativeError) in
    guard let token_out else { throw .null("token_out") }
    token_out.pointee = nil
    guard let token = Tokens.make() else {
      throw GenerativeError(.limit, "no more than \(Tokens.count) tokens can be in use")
    }
    token_out.pointee = token
  }
}

@c @implementation public func gen_token_destroy(_ token: OpaquePointer?) { Tokens.free(token) }

@c @implementation public func gen_token_cancel(_ token: OpaquePointer?) -> gen_status {
  // A signal handler may call this, so no message is created on success.
  if Tokens.cancel(token) { return gen_status(GEN_OK) }
  return boundary { () throws(GenerativeError) in
    throw token == nil ? GenerativeError(.handle, "token must not be NULL") : Tokens.invalid()
  }
}
