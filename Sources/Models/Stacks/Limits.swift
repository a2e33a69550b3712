import Tensors

/// The largest stacks that options may ask for.
package enum StackLimit {
  package static let width = 65_536
  package static let depth = 16
  package static let classes = 4096
  /// The largest share of units that dropout leaves out: below 1, where nothing would be left.
  package static let dropout = Float(1).nextDown
}

extension Shape {
  package static let sideLimit = 1 << 24
  package static let countLimit = 1 << 28
}
