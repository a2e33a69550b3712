import Networks
import Tensors

/// A stack in which the encoder's levels also feed the decoder's directly, which preserves detail that a
/// latent would lose: a U-Net (Ronneberger, Fischer & Brox, "U-Net: convolutional networks for biomedical
/// image segmentation", MICCAI 2015) with additive skips.
///
/// Level 0 has the size of the image, padded if needed, and `baseChannels` channels. Each level down halves
/// the sides and doubles the channels. There is a residual block of two 3 × 3 convolutions before and after
/// every lower level, and a dense bottleneck at the innermost level sees the whole image.
struct SkipStack {
  let levels: ConvolutionalStack
  let baseChannels: Int
  let activation: Activation
  let weights: WeightRule
  /// The width of the bottleneck.
  let bottleneck: Int

  /// The layers from the image to the `baseChannels` channels of level 0.
  func trunk() throws(GenerativeError) -> [any Layer] {
    try levels.padding() + [try convolution(levels.padded, filters: baseChannels, activation)] + level(0)
  }

  /// The layers from level 0 to the image.
  func head(_ outputActivation: Activation) throws(GenerativeError) -> [any Layer] {
    [try convolution(shape(0), filters: levels.image.channels, outputActivation)] + (try levels.cropping())
  }

  private func shape(_ index: Int) -> Shape {
    let padded = levels.padded
    return Shape(
      height: padded.height >> index, width: padded.width >> index, channels: baseChannels << index)
  }

  private func level(_ index: Int) throws(GenerativeError) -> [any Layer] {
    let here = shape(index)
    guard index < levels.depth else {
      let narrow = Shape(features: bottleneck)
      return [
        try Residual([dense(here, narrow, activation), dense(narrow, here, .identity)]), try block(here),
      ]
    }
    let below = shape(index + 1)
    let window = Window(kernel: 4, stride: 2, padding: 1)
    let down = try Convolution(
      here, filters: below.channels, window, activation,
      weight: weights.weight(16 * here.channels, 4 * below.channels, activation),
      bias: weights.bias(16 * here.channels))
    let up = try TransposedConvolution(
      below, filters: here.channels, window, .identity,
      weight: weights.weight(4 * below.channels, 16 * here.channels, .identity),
      bias: weights.bias(4 * below.channels))
    return [try block(here), try Residual([down] + level(index + 1) + [up]), try block(here)]
  }

  private func block(_ shape: Shape) throws(GenerativeError) -> any Layer {
    try Residual([
      convolution(shape, filters: shape.channels, activation),
      convolution(shape, filters: shape.channels, .identity),
    ])
  }

  private func convolution(
    _ x: Shape, filters: Int, _ activation: Activation
  ) throws(GenerativeError) -> Convolution {
    let inputs = 9 * x.channels
    return try Convolution(
      x, filters: filters, Window(kernel: 3, padding: 1), activation,
      weight: weights.weight(inputs, 9 * filters, activation), bias: weights.bias(inputs))
  }

  private func dense(_ x: Shape, _ y: Shape, _ activation: Activation) -> Dense {
    Dense(
      x, y, activation, weight: weights.weight(x.count, y.count, activation), bias: weights.bias(x.count))
  }
}
