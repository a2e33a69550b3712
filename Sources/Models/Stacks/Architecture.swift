/// The kind of layers in a model's networks.
package enum Architecture: Int, CaseIterable, Sendable, CustomStringConvertible {
  /// Dense layers over flattened rows.
  case dense = 0
  /// Strided convolutions down, transposed convolutions up, dense layers at the innermost level.
  case convolutional

  package var description: String {
    switch self {
    case .dense: "dense"
    case .convolutional: "convolutional"
    }
  }
}
