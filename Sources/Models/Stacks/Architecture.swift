/// What a model's networks are made of.
package enum Architecture: Int, CaseIterable, Sendable, CustomStringConvertible {
  /// Dense layers over flattened rows.
  case dense = 0
  /// Strided convolutions down, fractionally-strided ones up, dense layers at the innermost level.
  case convolutional

  package var description: String {
    switch self {
    case .dense: "dense"
    case .convolutional: "convolutional"
    }
  }
}
