/// A convolution's weights for one direction, packed once in the order in which the product reads them. Used
/// for inference, where one kernel is applied to many images.
package struct PackedKernel: Sendable {
  private let buffer: Buffer<Float>

  var panels: UnsafePointer<Float> { UnsafePointer(buffer.base) }

  /// Returns nil if the product does not use packed weights. It sums windows if there are few channels. In
  /// float32, it transforms weights as it uses them (Winograd): all transformed weights would take 1.6 times the
  /// memory of the weights, where those of bfloat16 take 1.1 times.
  ///
  /// - Throws: `.memory`.
  package init?(
    _ weight: UnsafePointer<Float>, of product: ConvolutionProduct,
    _ direction: ConvolutionProduct.Direction, in context: Context
  ) throws(GenerativeError) {
    if let winograd = WinogradConvolution(product, context: context) {
      guard context.precision == .bfloat16 else { return nil }
      buffer = try Buffer(count: winograd.packedCount(direction, context: context), in: context.memory)
      let room = try Buffer<Float>(
        count: winograd.packingRoomCount(direction, context: context), in: context.memory)
      winograd.packWeights(direction, weight, into: buffer.base, room: room.base, context)
      return
    }
    guard direction == .correlation || !product.hasFewChannels else { return nil }
    buffer = try Buffer(count: product.packedCount(direction, context: context), in: context.memory)
    product.packWeights(direction, weight, into: buffer.base, context)
  }
}
