import Datasets
import Networks
import Options
import Ranks
import Tensors
import Training

/// The options that all networks share: `gen_network_options`.
package protocol NetworkOptions: TabledOptions, Equatable {
  var shape: Shape { get set }
  var architecture: Architecture { get }
  var convolution: ConvolutionOptions { get set }
  var weights: WeightRule { get set }
  var dropout: Float { get set }
  var preparation: PreparationRule { get set }
  var precision: Precision { get set }
  var seed: UInt64 { get set }

  /// The default options of an architecture.
  init(shape: Shape, architecture: Architecture)
  /// These options, with the choices that depend on the rows of the first fit.
  ///
  /// - Parameter areUnits: whether the rows lie in [0, 1].
  func settled(areUnits: Bool) -> Self
  /// Whether options that differ only in these choices result in the same networks.
  func hasNetworks(of other: Self) -> Bool
}

/// The preparation of rows before a network sees them.
package enum PreparationRule: Equatable, Sendable {
  /// The first fit chooses: tables with numbers outside [0, 1] are standardized.
  case automatic
  case none
  /// Every column is scaled to mean 0 and standard deviation 1.
  case standardize
}

extension PreparationRule {
  /// The preparation for the rows of a first fit; nil: none.
  ///
  /// - Parameters:
  ///   - dataset: nil if rows arrive one step at a time.
  ///   - ranks: the ranks if each has its own rows. All of them make this call.
  func chosen(for dataset: Dataset?, _ ranks: Ranks?, _ context: Context) throws(GenerativeError)
    -> Preparation?
  {
    guard self == .standardize else { return nil }
    guard let dataset else {
      throw GenerativeError(
        .state, "preparation standardize needs a fit, which computes the means of its rows")
    }
    return try Preparation(standardizing: dataset, ranks, context: context)
  }

  /// The activation of the output: the given one, otherwise identity for standardized rows, otherwise
  /// `otherwise`.
  func output(given: Activation?, otherwise: Activation) -> Activation {
    given ?? (self == .standardize ? .identity : otherwise)
  }

  /// Rejects an output in [0, 1] for standardized rows.
  func check(_ outputActivation: Activation) throws(GenerativeError) {
    guard self == .standardize, outputActivation != .identity else { return }
    throw GenerativeError(.argument, "preparation standardize needs output_activation identity")
  }

  /// The choice for rows of this shape.
  ///
  /// - Parameter needsUnits: whether other options require rows in [0, 1].
  func settled(_ shape: Shape, areUnits: Bool, needsUnits: Bool) -> PreparationRule {
    guard self == .automatic else { return self }
    return shape.isTable && !areUnits && !needsUnits ? .standardize : .none
  }
}

extension NetworkOptions {
  package init(defaultsFor values: OptionValues) throws(GenerativeError) {
    try self.init(networkDefaultsFor: values)
  }

  /// Whether rows are a table with few columns, on which small networks learn as much in less time.
  package var isNarrowTable: Bool { shape.isTable && shape.channels <= 32 }

  package var isDenseOfImages: Bool { architecture == .dense && !shape.isTable }

  /// The defaults of the architecture for rows of this shape.
  ///
  /// - Parameter needsDense: whether an option whose need the table does not state needs dense layers.
  init(networkDefaultsFor values: OptionValues, needsDense: Bool = false) throws(GenerativeError) {
    let shape = try values.shape()
    self.init(shape: shape, architecture: try values.architecture(shape, needsDense: needsDense))
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

  /// The given architecture, or the one that the library chooses: what other given options need, dense layers
  /// if widths of hidden layers are given, otherwise by the size of the images.
  ///
  /// - Throws: `.argument` for given options that need different architectures, or images instead of a table.
  fileprivate func architecture(_ shape: Shape, needsDense: Bool) throws(GenerativeError) -> Architecture {
    let names: [Architecture] = [.dense, .convolutional]
    if let word = word("architecture") { return names[word] }
    func needs(_ choice: Architecture) -> String? {
      given.first { row, _ in
        row.need.map { $0.option == "architecture" && $0.words.contains("\(choice)") } ?? false
      }?.row.name
    }
    let (dense, convolutional) = (needs(.dense), needs(.convolutional))
    if let dense, let convolutional {
      throw GenerativeError(
        .argument, "\(dense) needs architecture dense, but \(convolutional) needs convolutional")
    }
    if let convolutional {
      if shape.isTable {
        throw GenerativeError(
          .argument, "\(convolutional) needs images, but rows are a table with \(shape.channels) columns")
      }
      return .convolutional
    }
    let hasWidths = given.contains { row, _ in if case .widths = row.kind { true } else { false } }
    return dense == nil && !hasWidths && !needsDense && shape.suitsConvolutions ? .convolutional : .dense
  }
}

extension Shape {
  /// Whether rows are images from which convolutional networks learn more than dense ones: see
  /// docs/defaults.md.
  fileprivate var suitsConvolutions: Bool { min(height, width) >= 16 }
}

extension Shape {
  /// Rejects rows that are too large to count or store their values.
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
    architecture  word dense convolutional = auto later=dense \
    : kind of the networks: dense layers, or the convolutions of DCGAN; auto: convolutional for images with sides of at \
    least 16 pixels if no widths of hidden layers are given, else dense
    initializer   word he glorot fan_in_uniform normal_002 by_activation = auto formerly automatic=by_activation fanInUniform=fan_in_uniform normal002=normal_002 \
    : distribution of the initial weights; by_activation: glorot for identity, tanh and sigmoid, he for the others; \
    auto: by_activation; dense VAE: fan_in_uniform; convolutional GAN: normal_002
    depth         whole 1 16 = auto needs architecture auto convolutional later formerly 0=auto \
    : number of levels, each half the size of the one before; sides must have at least 2^depth pixels; auto: until the \
    smaller side has 4 to 7 pixels
    base_channels whole 1 4096 = auto needs architecture auto convolutional later \
    : channels of the first level; each level doubles them; auto: 32; GAN: 16
    dropout       number [0 1) : share of hidden units dropped during training
    preparation   word none standardize = auto later=none \
    : transformation of the rows; standardize: every column gets mean 0 and standard deviation 1; auto: standardize \
    for tables with values outside [0, 1], else none
    precision     word float32 bfloat16 later \
    : numbers that matrix products and convolutions multiply; bfloat16: operands are rounded to 8 significant bits, \
    which is faster on processors with an instruction for them; weights, sums and losses stay float32
    seed          seed : seed of the initial weights
    context       pointer : context with the memory, threads and limits to use
    """, isShared: true)
}

extension Place {
  /// The places of `gen_network_options`.
  static func network(
    _ shape: UnsafeMutablePointer<Shape>, _ architecture: UnsafeMutablePointer<Architecture>,
    _ weights: UnsafeMutablePointer<WeightRule>, _ convolution: UnsafeMutablePointer<ConvolutionOptions>,
    _ dropout: UnsafeMutablePointer<Float>, _ preparation: UnsafeMutablePointer<PreparationRule>,
    _ precision: UnsafeMutablePointer<Precision>, _ seed: UnsafeMutablePointer<UInt64>
  ) -> [Place] {
    [
      .whole(&shape.pointee.height), .whole(&shape.pointee.width), .whole(&shape.pointee.channels),
      .word([.dense, .convolutional], architecture),
      .word([.he, .glorot, .fanInUniform, .normal002, .byActivation], weights),
      .member(
        &convolution.pointee.depth, get: { $0 == 0 ? .automatic : .whole($0) },
        set: { if case .whole(let depth) = $1 { $0 = depth } }),
      .whole(&convolution.pointee.baseChannels), .number(dropout), .word([.none, .standardize], preparation),
      .word([.float32, .bfloat16], precision), .seed(seed), .pointer,
    ]
  }

  /// In the order of the header's enumerators.
  static let activations: [Activation] = [
    .identity, .relu, .leakyReLU(slope: 0.2), .silu, .elu, .tanh, .sigmoid, .softplus,
  ]

  static func activation(_ member: UnsafeMutablePointer<Activation>) -> Place {
    .word(activations, member)
  }
}

extension Place {
  /// The activation of an output: identity, sigmoid or tanh; nil: the library's choice.
  static func output(_ member: UnsafeMutablePointer<Activation?>) -> Place {
    .member(
      member,
      get: { activation in
        switch activation {
        case nil: .automatic
        case .identity: .word(0)
        case .tanh: .word(5)
        default: .word(6)
        }
      }, set: { $0 = $1 == .word(0) ? .identity : $1 == .word(5) ? .tanh : .sigmoid })
  }
}

extension WordList {
  /// Activations, in the order of `Place.activations`.
  static let activation = WordList("activation", "identity relu leaky_relu silu elu tanh sigmoid softplus")
}
