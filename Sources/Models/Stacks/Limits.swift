import Tensors

/// The largest stacks that options may ask for.
package enum StackLimit {
  package static let width = 65_536
  package static let depth = 16
  package static let classes = 4096
}

extension Shape {
  package static let sideLimit = 1 << 24
  package static let countLimit = 1 << 28
}
