/// A convolution's weights for one direction, laid out once as the product reads them; for inference,
/// where one kernel meets many images.
package struct PackedKernel: Sendable {
  private let buffer: Buffer<Float>

  var panels: UnsafePointer<Float> { UnsafePointer(buffer.base) }

  /// Nil where the product has no use for it: it transforms weights, or they are few.
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
