/// The original type of rows, which is stored with what was fitted to them.
package enum RowElement: Int, Comparable, Sendable {
  /// Images of bytes, 0 … 255 read as 0 … 1.
  case byte = 0
  case float = 1
  case double = 2

  package static func < (a: RowElement, b: RowElement) -> Bool { a.rawValue < b.rawValue }
}

extension RowBatch {
  package var element: RowElement {
    switch self {
    case .bytes: .byte
    case .floats: .float
    case .doubles: .double
    }
  }
}
