/// How a kernel slides along one axis, in pixels.
package struct Window: Equatable, Hashable, Sendable {
  package let kernel: Int
  package let stride: Int
  /// The number of zeros assumed before the first pixel and after the last.
  package let padding: Int

  package init(kernel: Int, stride: Int = 1, padding: Int = 0) {
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
  }
}
