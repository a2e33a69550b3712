/// A convolution's weights for one direction, packed once in the order in which the product reads them. Used
/// for inference, where one kernel is applied to many images.
package struct PackedKernel: Sendable {
  private let buffer: Buffer<Float>

  var panels: UnsafePointer<Float> { UnsafePointer(buffer.base) }

  /// Returns nil if the product does not use packed weights: it transforms them (Winograd), or it sums
  /// windows because there are few channels.
  ///
  /// - Throws: `.memory`.
  package init?(
    _ weight: UnsafePointer<Float>, of product: ConvolutionProduct,
    _ direction: ConvolutionProduct.Direction, in context: Context
  ) throws(GenerativeError) {
    let isWindowed = direction == .spreading && product.hasFewChannels
    guard WinogradConvolution(product, context: context) == nil, !isWindowed else { return nil }
    buffer = try Buffer(count: product.packedCount(direction, context: context), in: context.memory)
    product.packWeights(direction, weight, into: buffer.base, context)
  }
}
