import Networks
import Tensors

/// The convolutions of a stack, by the rules of DCGAN (Radford, Metz & Chintala, "Unsupervised representation
/// learning with deep convolutional generative adversarial networks", ICLR 2016).
///
/// Level 0 is the image. Each of `depth` levels halves its sides by a 4 × 4 convolution with stride 2 and
/// padding 1, or doubles them by the transposed convolution. Level 1 has `baseChannels` channels, and each
/// further level twice as many. An image whose sides are not multiples of 2^`depth` is padded with zeros to
/// the next multiples at the input, and the output is cropped.
struct ConvolutionalStack {
  let image: Shape
  /// The shape of level 0: that of the image, or the shape to which the image is padded.
  let padded: Shape
  let baseChannels: Int
  let depth: Int
  var activation: Activation
  var weights = WeightRule.byActivation
  /// Batch norm after every convolution except the first one down and the last one up.
  var isNormalized = false
  /// Biases in layers without batch norm.
  var hasBias = true
  /// The number of classes whose labels are joined to every layer; 0: none.
  var classCount = 0
  /// The fraction of outputs dropped in training.
  var dropout: Float = 0

  /// Maximum number of channels of the innermost level.
  static let channelLimit = StackLimit.width

  /// - Parameter depth: 0 for as many levels as reduce the smaller side, rounded up, to 4 … 7 pixels.
  /// - Throws: `.argument` if a side has fewer than 2^`depth` pixels; `.limit` for too many channels.
  init(
    _ image: Shape, baseChannels: Int, depth: Int, activation: Activation
  ) throws(GenerativeError) {
    self.image = image
    self.baseChannels = baseChannels
    self.depth = depth > 0 ? depth : Self.derivedDepth(min(image.height, image.width))
    self.activation = activation
    try Self.check("height", image.height, depth: self.depth)
    try Self.check("width", image.width, depth: self.depth)
    padded = Shape(
      height: Self.halved(image.height, self.depth) << self.depth,
      width: Self.halved(image.width, self.depth) << self.depth, channels: image.channels)
    guard let innermost = checkedProduct(baseChannels, 1 << (self.depth - 1)),
      innermost <= Self.channelLimit
    else {
      throw GenerativeError(
        .limit,
        "base_channels \(baseChannels) doubled over depth \(self.depth) gives more than "
          + "\(Self.channelLimit) channels")
    }
  }

  private static func derivedDepth(_ side: Int) -> Int {
    var depth = 1
    while halved(side, depth) > 7 { depth += 1 }
    return depth
  }

  /// ⌈side / 2^depth⌉
  private static func halved(_ side: Int, _ depth: Int) -> Int { (side + (1 << depth) - 1) >> depth }

  private static func check(_ name: String, _ side: Int, depth: Int) throws(GenerativeError) {
    guard side >= 2 else {
      throw GenerativeError(
        .argument,
        "\(name) must be at least 2 for architecture convolutional, not \(side); use architecture dense")
    }
    let most = Int.bitWidth - 1 - side.leadingZeroBitCount
    guard depth <= most else {
      throw GenerativeError(.argument, "depth must be at most \(most) for \(name) \(side), not \(depth)")
    }
  }

  /// The shape of images at level `index`, 0 … depth.
  func level(_ index: Int) -> Shape {
    index == 0
      ? padded
      : Shape(
        height: padded.height >> index, width: padded.width >> index, channels: baseChannels << (index - 1))
  }

  var innermost: Shape { level(depth) }

  // MARK: - Layers

  /// The layers from the image to level 0; empty if their shapes are equal.
  func padding() throws(GenerativeError) -> [any Layer] {
    padded == image ? [] : [try ZeroPadding(image, to: padded)]
  }

  /// The layers from level 0 to the image; empty if their shapes are equal.
  func cropping() throws(GenerativeError) -> [any Layer] {
    padded == image ? [] : [try Cropping(padded, to: image)]
  }

  /// The layers from the image to the innermost level.
  func down() throws(GenerativeError) -> [any Layer] {
    var layers = try padding()
    for index in 1...depth {
      layers += try halving(level(index - 1), to: level(index), isNormalized: isNormalized && index > 1)
      if dropout > 0 { layers.append(Dropout(level(index), rate: dropout)) }
    }
    return layers
  }

  /// The layers from the innermost level to the image. The last layer has its own activation and bias.
  func up(_ outputActivation: Activation, hasOutputBias: Bool) throws(GenerativeError) -> [any Layer] {
    var layers: [any Layer] = []
    for index in stride(from: depth, to: 0, by: -1) {
      let isLast = index == 1
      layers += try doubling(
        level(index), to: level(index - 1), isLast ? outputActivation : activation,
        isNormalized: isNormalized && !isLast, hasBias: isLast ? hasOutputBias : hasBias)
      if dropout > 0, !isLast { layers.append(Dropout(level(index - 1), rate: dropout)) }
    }
    return layers + (try cropping())
  }

  /// A dense layer by the rules of the stack: a hidden layer, or one that produces the innermost level, which
  /// equals a transposed convolution of a 1 × 1 image with the whole window.
  func dense(_ x: Shape, to y: Shape) -> [any Layer] {
    let end = end(activation, isNormalized: isNormalized)
    let dense = Dense(
      x, y, end.sumActivation, hasBias: hasBias && !isNormalized,
      weight: weights.weight(x.count, y.count, activation), bias: weights.bias(x.count))
    return [dense] + end.layers(y, weights, inputCount: x.count, outputCount: y.count)
  }

  /// A dense layer that computes a single logit.
  func logit(_ x: Shape) -> [any Layer] {
    let y = Shape(features: 1)
    let dense = Dense(
      x, y, .identity, hasBias: hasBias, weight: weights.weight(x.count, 1, .identity),
      bias: weights.bias(x.count))
    return [dense]
      + end(.identity, isNormalized: false).layers(y, weights, inputCount: x.count, outputCount: 1)
  }

  private func end(_ activation: Activation, isNormalized: Bool) -> LayerEnd {
    LayerEnd(
      activation: activation, isNormalized: isNormalized,
      scale: weights == .normal002 ? Initializer.dcganScale : .constant(1), classCount: classCount)
  }

  private func halving(
    _ x: Shape, to y: Shape, isNormalized: Bool
  ) throws(GenerativeError) -> [any Layer] {
    let inputs = 16 * x.channels
    let end = end(activation, isNormalized: isNormalized)
    let convolution = try Convolution(
      x, filters: y.channels, Self.window, end.sumActivation,
      hasBias: hasBias && !isNormalized, weight: weights.weight(inputs, 4 * y.channels, activation),
      bias: weights.bias(inputs))
    return [convolution]
      + end.layers(y, tapCount: 16, weights, inputCount: inputs, outputCount: 4 * y.channels)
  }

  private func doubling(
    _ x: Shape, to y: Shape, _ activation: Activation, isNormalized: Bool, hasBias: Bool
  ) throws(GenerativeError) -> [any Layer] {
    // Four of the sixteen taps contribute to each pixel.
    let inputs = 4 * x.channels
    let end = end(activation, isNormalized: isNormalized)
    let convolution = try TransposedConvolution(
      x, filters: y.channels, Self.window, end.sumActivation,
      hasBias: hasBias && !isNormalized, weight: weights.weight(inputs, 16 * y.channels, activation),
      bias: weights.bias(inputs))
    return [convolution]
      + end.layers(y, tapCount: 4, weights, inputCount: inputs, outputCount: 16 * y.channels)
  }

  private static let window = Window(kernel: 4, stride: 2, padding: 1)
}
