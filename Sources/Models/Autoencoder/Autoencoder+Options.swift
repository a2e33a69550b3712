import Networks
import Options
import Tensors
import Training

extension Autoencoder.Options: MirroredOptions {
  package static let options = ModelTable(
    "autoencoder", standard: Autoencoder.Options(shape: Shape(features: 1)),
    OptionRow.network
      + OptionRow.rows(
        """
        latent_size       whole 1 65536 : size of a latent vector
        hidden            widths 1 65536 16 = auto \
        : widths of the hidden layers of the encoder, outermost first; auto: 512,256; convolutional: 256; skips: \
        none; a table of at most 32 columns: 128,64
        decoder_hidden    widths 1 65536 16 = auto formerly mirrored=auto \
        : widths of the hidden layers of the decoder, innermost first; auto: those of the encoder in reverse
        activation        word @activation : activation of the hidden layers
        latent_activation word @activation : activation of the latents
        output_activation word identity=0 sigmoid=6 = auto \
        : activation of the output: sigmoid for rows in [0, 1], identity for any rows; auto: sigmoid; standardized \
        rows: identity
        bias              flag \
        : use biases; without biases, hidden layers and an output activation the model learns PCA
        loss              word squared_error cross_entropy log_squared_error \
        : reconstruction loss; cross_entropy needs output_activation sigmoid
        corruption        word none gaussian masking salt_and_pepper \
        : noise added to the input of a denoising autoencoder
        corruption_amount number (0 10] = auto needs corruption gaussian masking salt_and_pepper \
        : standard deviation of gaussian noise, or share of pixels to corrupt; auto: gaussian: 0.5; masking, salt_and_pepper: \
        0.3
        batch_norm        flag needs architecture auto convolutional later \
        : use batch norm after all convolutions except the first and the last
        pixel_bias        flag later : use one output bias per pixel instead of one per channel
        skips             flag needs architecture auto convolutional later \
        : connect each level of the encoder to the decoder (U-Net); the model then has no latents
        tied              flag needs architecture auto dense later \
        : use the transposed weights of the encoder in the decoder
        sparsity          word none l1 kl later : penalty that keeps most latents small
        sparsity_weight   number (0 *] = auto needs sparsity l1 kl : weight of the sparsity penalty; auto: 0.1
        sparsity_target   number (0 1) = auto needs sparsity kl : target mean of each latent; auto: 0.05
        contraction       number [0 *] later \
        : weight of the contractive penalty ||dh/dx||^2, where h is the latent vector
        """, lists: [.activation])
  ) { options in
    Place.network(&options.stack, &options.seed) + [
      .whole(&options.stack.latentSize), .widths(&options.stack.hidden),
      .decoderHidden(&options.stack.decoderHidden),
      .activation(&options.stack.activation), .activation(&options.latentActivation),
      .output(&options.givenOutput), .flag(&options.stack.hasBias),
      .word([.squaredError, .crossEntropy, .logSquaredError], &options.loss),
      .member(
        &options.corruption, get: { .word($0.number) },
        set: { if case .word(let number) = $1 { $0 = Corruption(number) } }),
      .member(
        &options.corruption, get: { $0.amount.map { .float($0) } ?? .automatic },
        set: { if let amount = $1.float { $0 = Corruption($0.number, amount: amount) } }),
      .flag(&options.stack.isNormalized), .flag(&options.stack.hasPixelBias), .flag(&options.hasSkips),
      .flag(&options.isTied),
      .member(&options.sparsity, get: { .word($0?.number ?? 0) }, set: { $0 = SparsityPenalty($1) }),
      .member(
        &options.sparsity, get: { $0.map { .float($0.weight) } ?? .automatic },
        set: { if let weight = $1.float { $0?.weight = weight } }),
      .member(
        &options.sparsity, get: { $0?.target.map { .float($0) } ?? .automatic },
        set: { if let target = $1.float { $0?.target = target } }),
      .number(&options.contraction),
    ]
  }

  package init(defaultsFor values: OptionValues) throws(GenerativeError) {
    try self.init(networkDefaultsFor: values, needsDense: (values.number("contraction") ?? 0) > 0)
    if isNarrowTable { stack.hidden = [128, 64] }
    if values.flag("skips") { stack.hidden = [] }
  }

  package var outputActivation: Activation {
    get { preparation.output(given: givenOutput, otherwise: .sigmoid) }
    set { givenOutput = newValue }
  }

  package func settled(areUnits: Bool) -> Autoencoder.Options {
    var settled = self
    settled.preparation = preparation.settled(
      shape, areUnits: areUnits, needsUnits: givenOutput == .sigmoid || loss == .crossEntropy)
    settled.givenOutput = settled.outputActivation
    return settled
  }

  package func hasNetworks(of other: Autoencoder.Options) -> Bool {
    outputActivation == other.outputActivation
  }

  package func check() throws(GenerativeError) {
    try preparation.check(outputActivation)
    if loss == .crossEntropy, outputActivation != .sigmoid {
      throw GenerativeError(.argument, "loss cross_entropy needs output_activation sigmoid")
    }
    if let amount = corruption.amount, amount >= 1, corruption.number != 1 {
      throw GenerativeError(
        .argument,
        "corruption_amount must be below 1 for corruption masking and salt_and_pepper, not \(amount)")
    }
    if let target = sparsity?.target, !SparsityPenalty.targets.contains(target) {
      throw GenerativeError(.argument, "sparsity_target must be above 0 and below 1, not \(target)")
    }
  }
}

extension Corruption {
  /// The enumerator in the header.
  package var number: Int {
    switch self {
    case .none: 0
    case .gaussian: 1
    case .masking: 2
    case .saltAndPepper: 3
    }
  }

  var amount: Float? {
    switch self {
    case .none: nil
    case .gaussian(let amount), .masking(let amount), .saltAndPepper(let amount): amount
    }
  }

  /// - Parameter amount: nil: the default.
  package init(_ number: Int, amount: Float? = nil) {
    switch number {
    case 1: self = .gaussian(deviation: amount ?? 0.5)
    case 2: self = .masking(share: amount ?? 0.3)
    case 3: self = .saltAndPepper(share: amount ?? 0.3)
    default: self = .none
    }
  }
}

extension SparsityPenalty {
  /// The enumerator in the header.
  fileprivate var number: Int {
    switch self {
    case .absolute: 1
    case .divergence: 2
    }
  }

  fileprivate init?(_ value: OptionValue) {
    switch value {
    case .word(1): self = .absolute(weight: 0.1)
    case .word(2): self = .divergence(weight: 0.1, target: 0.05)
    default: return nil
    }
  }

  fileprivate var weight: Float {
    get {
      switch self {
      case .absolute(let weight), .divergence(let weight, _): weight
      }
    }
    set { self = target.map { .divergence(weight: newValue, target: $0) } ?? .absolute(weight: newValue) }
  }

  fileprivate var target: Float? {
    get { if case .divergence(_, let target) = self { target } else { nil } }
    set { if let newValue { self = .divergence(weight: weight, target: newValue) } }
  }
}
