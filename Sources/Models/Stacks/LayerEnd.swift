import Networks
import Tensors

/// What follows the sum of a stack's layer: the classes' biases, batch norm, the activation.
struct LayerEnd {
  var activation: Activation
  var isNormalized = false
  /// Of the norm's scale, which a conditional layer's norm does not have.
  var scale = Initializer.constant(1)
  /// 0: there are no classes.
  var classCount = 0

  /// What the layer itself applies to its sum: the activation where nothing comes between.
  var sumActivation: Activation { isNormalized || classCount > 0 ? .identity : activation }

  /// The layers behind one of output `shape`.
  ///
  /// - Parameters:
  ///   - tapCount: products of a convolution's sum with one input channel; nil: the layer is dense, and
  ///     each of its features has a bias of its own for each class.
  ///   - inputCount, outputCount: the numbers of inputs and outputs that its weights were made for.
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
