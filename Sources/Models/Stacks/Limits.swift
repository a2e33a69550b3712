import Tensors

/// The largest stacks that options may request.
package enum StackLimit {
  package static let width = 65_536
  package static let depth = 16
  package static let classes = 4096
  /// Maximum dropout rate. It is below 1, where nothing would be left.
  package static let dropout = Float(1).nextDown
}

extension Shape {
  package static let sideLimit = 1 << 24
  package static let countLimit = 1 << 28
}
