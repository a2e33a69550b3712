/// One instruction set's kernels.
///
/// Every kernel takes pointers and counts and trusts them: sizes are proven by the callers in
/// Tensors. Pointers need no alignment unless said so; counts may be zero.
package struct KernelTable: Sendable {
  package typealias Input = UnsafePointer<Float>
  package typealias Output = UnsafeMutablePointer<Float>

  /// `baseline`, `avx2`, `avx512` or `neon`.
  package let name: String
  /// Lanes of one vector of floats.
  package let laneCount: Int
  /// The matrix product's building blocks.
  package let product: ProductKernels

  package init(name: String, laneCount: Int, product: ProductKernels) {
    self.name = name
    self.laneCount = laneCount
    self.product = product
  }
}
