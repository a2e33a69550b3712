import Networks
import Options
import Tensors
import Training

extension VAE.Options: MirroredOptions {
  package static let options = ModelTable(
    "vae", standard: VAE.Options(shape: Shape(features: 1)),
    OptionRow.network
      + OptionRow.rows(
        """
        latent_size           whole 1 65536 : size of a latent vector
        hidden                widths 1 65536 16 = auto \
        : widths of the hidden layers of the encoder, outermost first; auto: 400; convolutional: 256; a table of at \
        most 32 columns: 128
        decoder_hidden        widths 1 65536 16 = auto formerly mirrored=auto \
        : widths of the hidden layers of the decoder, innermost first; auto: those of the encoder in reverse
        activation            word @activation = auto \
        : activation of the hidden layers; auto: relu; convolutional: silu
        likelihood            word bernoulli gaussian = auto \
        : likelihood p(x|z); bernoulli is for pixels in [0, 1]; auto: bernoulli; standardized rows: gaussian
        variance              number (0 *] = auto needs likelihood auto gaussian formerly 0.0=auto \
        : variance of the gaussian likelihood; auto: learned
        learned_variance      word gradient shared pixel later=gradient \
        : how the variance is learned; shared: one variance, the mean squared error of recent steps; pixel: the same, \
        separately for each pixel or column; gradient: one variance, trained by the optimizer
        output_activation     word identity=0 sigmoid=6 = auto \
        : activation of the output; bernoulli needs sigmoid; auto: sigmoid; standardized rows: identity
        batch_norm            flag needs architecture auto convolutional later \
        : use batch norm after all convolutions except the first and the last
        pixel_bias            flag later : use one output bias per pixel instead of one per channel
        binarize              flag needs likelihood auto bernoulli : binarize the pixels at random in each step
        reconstruction_weight number (0 *] : weight C of the reconstruction term
        beta                  number [0 *] : weight of the KL term
        kl_schedule           word constant linear cyclic : how beta rises during training (KL annealing)
        kl_epochs             double [1e-6 1e6] = auto needs kl_schedule linear cyclic \
        : number of epochs over which beta rises to its full value, or of one cycle; auto: 10
        n_classes             whole 0 4096 later formerly classes \
        : number of classes of a conditional model; 0: not conditional
        importance_samples    whole 1 10000 later \
        : number of latents drawn per row; more than 1 gives the importance-weighted bound
        """, lists: [.activation])
  ) { options in
    Place.network(&options.stack, &options.seed) + [
      .whole(&options.stack.latentSize), .widths(&options.stack.hidden),
      .decoderHidden(&options.stack.decoderHidden),
      .activation(&options.stack.activation),
      .member(
        &options.givenLikelihood, get: { $0.map { .word($0 == .bernoulli ? 0 : 1) } ?? .automatic },
        set: { $0 = $1 == .word(1) ? .gaussian(variance: nil) : .bernoulli }),
      .member(
        &options.givenLikelihood,
        get: { if case .gaussian(let variance?) = $0 { .float(variance) } else { .automatic } },
        set: { $0 = .gaussian(variance: $1.float) }),
      .word([.gradient, .shared, .pixel], &options.learnedVariance), .output(&options.givenOutput),
      .flag(&options.stack.isNormalized),
      .flag(&options.stack.hasPixelBias), .flag(&options.binarizes),
      .number(&options.reconstructionWeight), .number(&options.beta),
      .member(
        &options.annealing, get: { .word($0.number) },
        set: { if case .word(let number) = $1 { $0 = VAE.Annealing(number, epochs: 10) } }),
      .member(
        &options.annealing, get: { $0.epochs.map { .number($0) } ?? .automatic },
        set: { if case .number(let epochs) = $1 { $0 = VAE.Annealing($0.number, epochs: epochs) } }),
      .whole(&options.stack.classCount), .whole(&options.importanceSamples),
    ]
  }

  package init(defaultsFor values: OptionValues) throws(GenerativeError) {
    try self.init(networkDefaultsFor: values)
    // On Fashion-MNIST after ten epochs, this is 1.5 nats better than He initialization.
    if architecture == .dense { weights = .fanInUniform }
    if isNarrowTable { stack.hidden = [128] }
  }

  package func hasNetworks(of other: VAE.Options) -> Bool {
    likelihood == other.likelihood && outputActivation == other.outputActivation
  }

  package func check() throws(GenerativeError) {
    if likelihood == .bernoulli, outputActivation != .sigmoid {
      throw GenerativeError(.argument, "likelihood bernoulli needs output_activation sigmoid")
    }
    try preparation.check(outputActivation)
  }

  package var likelihood: VAE.Likelihood {
    get {
      givenLikelihood ?? (preparation == .standardize && !binarizes ? .gaussian(variance: nil) : .bernoulli)
    }
    set { givenLikelihood = newValue }
  }

  /// The activation of the mean: identity or sigmoid for a Gaussian decoder, sigmoid for a Bernoulli decoder.
  package var outputActivation: Activation {
    get { preparation.output(given: givenOutput, otherwise: .sigmoid) }
    set { givenOutput = newValue }
  }

  package func settled(areUnits: Bool) -> VAE.Options {
    var settled = self
    let needsUnits = givenLikelihood == .bernoulli || binarizes || givenOutput == .sigmoid
    settled.preparation = preparation.settled(shape, areUnits: areUnits, needsUnits: needsUnits)
    settled.givenLikelihood = settled.likelihood
    if case .gaussian = settled.likelihood, !areUnits { settled.givenOutput = givenOutput ?? .identity }
    settled.givenOutput = settled.outputActivation
    return settled
  }
}

extension VAE.Annealing {
  /// The enumerator in the header.
  fileprivate var number: Int {
    switch self {
    case .constant: 0
    case .linear: 1
    case .cyclic: 2
    }
  }

  fileprivate var epochs: Double? {
    switch self {
    case .constant: nil
    case .linear(let epochs), .cyclic(let epochs): epochs
    }
  }

  fileprivate init(_ number: Int, epochs: Double) {
    self = number == 1 ? .linear(epochs: epochs) : number == 2 ? .cyclic(epochs: epochs) : .constant
  }
}
