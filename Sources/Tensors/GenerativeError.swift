/// Why a call failed: a status for programs and a one-line message for people.
///
/// Messages name the argument as the caller wrote it, its value and the limit:
/// `n_components must be between 1 and 784, not 900`.
package struct GenerativeError: Error, Equatable, Sendable {
  package let status: Status
  package let message: String

  package init(_ status: Status, _ message: String) {
    self.status = status
    self.message = message
  }

  /// The values of `gen_status`, in the header's order.
  package enum Status: Int32, Sendable, CaseIterable {
    /// An argument or option is out of range.
    case argument = 1
    /// A handle is NULL, stale, foreign or of another kind.
    case handle = 2
    /// The object is in use by another call.
    case busy = 3
    /// Memory could not be allocated, or the context's limit forbids it.
    case memory = 4
    /// The operating system refused a file operation.
    case io = 5
    /// A file's bytes do not match its format.
    case format = 6
    /// A file ends before its content is complete.
    case truncated = 7
    /// A file continues after its content ends.
    case trailing = 8
    /// A NaN or an infinity where a finite number is required.
    case nonfinite = 9
    /// A struct or a file is newer than this library.
    case version = 10
    /// An input is larger than the library's safety limits.
    case limit = 11
    /// The object is not ready for this call: not fitted, or fitted already.
    case state = 12
    /// The caller's callback or token stopped the work.
    case cancelled = 13
    /// Two things that must match do not: kinds, shapes, architectures.
    case mismatch = 14
    /// This build of the library does not support what was requested, or does not know it.
    case unsupported = 15
    /// A fault in the library itself; please report it.
    case internalFault = 16
    /// The ranks of a job can no longer communicate.
    case comm = 17
  }
}

extension GenerativeError {
  /// `row 3, column 5 is nan; data must hold no NaN and no inf`
  package static func nonfinite(row: Int, column: Int, value: Double) -> GenerativeError {
    if value.isFinite {
      return GenerativeError(
        .nonfinite, "row \(row), column \(column) is \(value), which a 32-bit float cannot hold")
    }
    return GenerativeError(
      .nonfinite, "row \(row), column \(column) is \(value); data must hold no NaN and no inf")
  }
}
