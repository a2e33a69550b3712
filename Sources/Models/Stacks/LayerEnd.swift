import Networks
import Tensors

/// What follows the sum of a stack's layer: the biases of classes, batch norm, the activation.
struct LayerEnd {
  var activation: Activation
  var isNormalized = false
  /// The initializer of the norm's scale, which the norm of a conditional layer does not have.
  var scale = Initializer.constant(1)
  /// The number of classes; 0: none.
  var classCount = 0

  /// The activation that the layer itself applies to its sum: identity unless the activation follows
  /// directly.
  var sumActivation: Activation { isNormalized || classCount > 0 ? .identity : activation }

  /// The layers after one with output `shape`.
  ///
  /// - Parameters:
  ///   - tapCount: the number of products with one input channel in a convolution's sum. nil: the layer is
  ///     dense, and each of its features has its own bias for each class.
  ///   - inputCount, outputCount: the numbers of inputs and outputs for which its weights are initialized.
  func layers(
    _ shape: Shape, tapCount: Int? = nil, _ rule: WeightRule, inputCount: Int, outputCount: Int
  ) -> [any Layer] {
    var layers: [any Layer] = []
    if classCount > 0 {
      layers.append(
        ClassBias(
          tapCount == nil ? Shape(features: shape.count) : shape, classCount: classCount,
          tapCount: tapCount ?? 1, isNormalized ? .identity : activation,
          start: rule.label(inputCount, outputCount, activation, tapCount: tapCount ?? 1)))
    }
    if isNormalized {
      layers.append(BatchNormalization(shape, activation, isAffine: classCount == 0, scale: scale))
    }
    return layers
  }
}
