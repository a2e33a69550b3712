/// Philox4x32-10 streams.
package struct RandomKernels: Sendable {
  /// What a stream's words depend on in addition to the 64-bit counter.
  package struct Stream: Sendable {
    package var key0, key1, high0, high1: UInt32
    package init(key0: UInt32, key1: UInt32, high0: UInt32, high1: UInt32) {
      self.key0 = key0
      self.key1 = key1
      self.high0 = high0
      self.high1 = high1
    }
  }

  /// The number of floats of scratch space that a kernel needs.
  package static let scratchCount = 8 * 16

  /// y[i] ← min(a + b · u, limit) for elements first ..< first + count of the stream, with u uniform in [0,
  /// 1).
  package typealias Uniform =
    @Sendable (
      _ stream: Stream, _ first: UInt64, _ a: Float, _ b: Float, _ limit: Float,
      _ y: UnsafeMutablePointer<Float>, _ count: Int, _ scratch: UnsafeMutablePointer<Float>
    ) -> Void
  package let uniform: Uniform

  /// y[i] ← a + b · N(0, 1) for elements first ..< first + count of the stream.
  package typealias Normal =
    @Sendable (
      _ stream: Stream, _ first: UInt64, _ a: Float, _ b: Float, _ y: UnsafeMutablePointer<Float>,
      _ count: Int, _ scratch: UnsafeMutablePointer<Float>
    ) -> Void
  package let normal: Normal

  package init(uniform: @escaping Uniform, normal: @escaping Normal) {
    self.uniform = uniform
    self.normal = normal
  }
}
