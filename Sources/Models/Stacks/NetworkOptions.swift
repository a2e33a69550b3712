import Networks
import Options
import Tensors
import Training

/// What the options of all networks have in common: `gen_network_options`.
package protocol NetworkOptions: TabledOptions {
  var shape: Shape { get set }
  var architecture: Architecture { get }
  var convolution: ConvolutionOptions { get set }
  var weights: WeightRule { get set }
  var dropout: Float { get set }
  var seed: UInt64 { get set }

  /// The defaults of an architecture.
  init(shape: Shape, architecture: Architecture)
}

extension NetworkOptions {
  package init(defaultsFor values: OptionValues) throws(GenerativeError) {
    try self.init(networkDefaultsFor: values)
  }

  /// The defaults of the architecture, for rows of the shape.
  init(networkDefaultsFor values: OptionValues) throws(GenerativeError) {
    self.init(
      shape: try values.shape(), architecture: values.word("architecture") == 1 ? .convolutional : .dense)
  }
}

extension OptionValues {
  /// The shape of a row.
  package func shape() throws(GenerativeError) -> Shape {
    let shape = Shape(
      height: whole("height") ?? 1, width: whole("width") ?? 1, channels: whole("channels") ?? 1)
    try shape.checkCount()
    return shape
  }
}

extension Shape {
  /// Refuses rows so large that their numbers cannot be counted or kept.
  package func checkCount() throws(GenerativeError) {
    guard let count = checkedProduct(height, width, channels), count <= Shape.countLimit else {
      throw GenerativeError(
        .argument, "height x width x channels must be at most \(Shape.countLimit), not \(self)")
    }
  }
}

extension OptionRow {
  /// The rows of `gen_network_options`, in the order of its members.
  static let network = OptionRow.rows(
    """
    height        whole 1 16777216 : height of a row in pixels
    width         whole 1 16777216 : width of a row in pixels
    channels      whole 1 16777216 : channels of a row; for a table, its columns
    architecture  word dense convolutional later : dense layers, or the convolutions of DCGAN
    initializer   word he glorot fan_in_uniform normal_002 = auto formerly automatic=auto fanInUniform=fan_in_uniform normal002=normal_002 \
    : distribution of the initial weights
    depth         whole 1 16 = auto needs architecture convolutional later formerly 0=auto \
    : number of levels, each half the size of the one before, for sides of at least 2^depth pixels; auto: until the \
    smaller side has 4 to 7 pixels
    base_channels whole 1 4096 = auto needs architecture convolutional later \
    : channels of the first level; each level doubles them; auto: 32, for a GAN 64
    dropout       number [0 1) : share of hidden units dropped during training
    seed          seed : seed of the initial weights
    context       pointer : context with the memory, threads and limits to use
    """, isShared: true)
}

extension Place {
  /// Of the rows of `gen_network_options`.
  static func network(
    _ shape: UnsafeMutablePointer<Shape>, _ architecture: UnsafeMutablePointer<Architecture>,
    _ weights: UnsafeMutablePointer<WeightRule>, _ convolution: UnsafeMutablePointer<ConvolutionOptions>,
    _ dropout: UnsafeMutablePointer<Float>, _ seed: UnsafeMutablePointer<UInt64>
  ) -> [Place] {
    [
      .whole(&shape.pointee.height), .whole(&shape.pointee.width), .whole(&shape.pointee.channels),
      .word([.dense, .convolutional], architecture),
      .word([.he, .glorot, .fanInUniform, .normal002], weights),
      .member(
        &convolution.pointee.depth, get: { $0 == 0 ? .automatic : .whole($0) },
        set: { if case .whole(let depth) = $1 { $0 = depth } }),
      .whole(&convolution.pointee.baseChannels), .number(dropout), .seed(seed), .pointer,
    ]
  }

  static func activation(_ member: UnsafeMutablePointer<Activation>) -> Place {
    .word([.identity, .relu, .leakyReLU(slope: 0.2), .silu, .elu, .tanh, .sigmoid, .softplus], member)
  }
}

extension WordList {
  /// Activations, in the order of the header's enumerators and of `Place.activation`.
  static let activation = WordList("activation", "identity relu leaky_relu silu elu tanh sigmoid softplus")
}
