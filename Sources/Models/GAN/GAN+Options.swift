import Networks
import Options
import Tensors
import Training

extension GAN.Options: NetworkOptions {
  package static let options = ModelTable(
    "gan", standard: GAN.Options(shape: Shape(features: 1)),
    OptionRow.network
      + OptionRow.rows(
        """
        latent_size              whole 1 65536 = auto \
        : size of a latent vector; auto: 64; convolutional: 100; a table of at most 32 columns: their number
        generator_hidden         widths 1 65536 16 = auto \
        : widths of the dense layers of the generator, from the latent; auto: 256,512; convolutional: none; a table of \
        at most 32 columns: 128,128
        discriminator_hidden     widths 1 65536 16 = auto \
        : widths of the dense layers of the discriminator, from the row; auto: 512,256; convolutional: none; a table of \
        at most 32 columns: 128,128
        generator_activation     word @activation \
        : activation of the hidden layers of the generator
        discriminator_activation word @activation \
        : activation of the hidden layers of the discriminator
        output_activation        word identity=0 tanh=5 sigmoid=6 = auto \
        : activation of the output: sigmoid and tanh for rows in [0, 1], identity for any rows; auto: sigmoid; \
        convolutional: tanh; standardized rows: identity
        latent                   word normal uniform : distribution of the latents
        objective                word non_saturating minimax least_squares hinge wasserstein \
        : losses of the two players
        discriminator_steps      whole 1 100 : number of discriminator steps per generator step
        batch_norm               flag = auto \
        : batch norm in the hidden layers of the generator; auto: true; a table of at most 32 columns: false
        discriminator_batch_norm flag = auto \
        : batch norm in the hidden layers of the discriminator except the first; auto: true if convolutional and \
        without spectral norm, else false
        spectral_norm            flag = auto later=false \
        : spectral norm in all layers of the discriminator, instead of batch norm; auto: true if convolutional with a \
        penalty or with discriminator_batch_norm false, else false
        mean_start               flag = auto needs architecture auto dense \
        : start the generator at the mean row of the data; auto: true
        label_smoothing          number [0 0.5] : one-sided label smoothing: the target of real rows is 1 minus this value
        input_noise              number [0 1e6] = auto \
        : standard deviation of the noise added to the input of the discriminator; auto: 0; convolutional: 0.2; a table \
        of at most 32 columns: 0.1
        average_decay            number [0 1) \
        : decay of the moving average of the generator over the steps; 0: no average
        average_ramp             flag later=false \
        : average over fewer steps at first: the decay after step t is at most (1 + t) / (10 + t)
        n_classes                whole 0 4096 later formerly classes \
        : number of classes of a conditional model; 0: not conditional
        discriminator_rate       number (0 1e3] later \
        : learning rate of the discriminator, as a multiple of the generator's
        r1_penalty               number [0 1e6] = auto later=0 \
        : weight of half the squared norm of the discriminator's gradient at real rows; 0: no penalty; auto: 1 for dense \
        layers and images if the objective is non_saturating or minimax and no other option excludes it, else 0
        gradient_penalty         number [0 1e6] later \
        : weight of (norm of the discriminator's gradient - 1)^2 between real and generated rows; 0: no penalty
        augmentation             word none fixed adaptive later \
        : randomly mirror, shift, recolor and cut out parts of all images that the discriminator sees; \
        adaptive: more often when the discriminator overfits
        projection               flag later \
        : use labels only in the last layer of a conditional discriminator, by projection
        fresh_rows               flag later=false \
        : use a new batch for each discriminator step; false: discriminator_steps of one step share a batch
        """, lists: [.activation])
  ) { options in
    Place.network(
      &options.shape, &options.architecture, &options.weights, &options.convolution, &options.dropout,
      &options.preparation, &options.precision, &options.seed) + [
        .whole(&options.latentSize), .widths(&options.generatorHidden), .widths(&options.discriminatorHidden),
        .activation(&options.generatorActivation), .activation(&options.discriminatorActivation),
        .output(&options.givenOutput), .word([.normal, .uniform], &options.latent),
        .word([.nonSaturating, .minimax, .leastSquares, .hinge, .wasserstein], &options.objective),
        .whole(&options.discriminatorSteps),
        .flag(&options.normalizesGenerator), .flag(&options.normalizesDiscriminator),
        .flag(&options.hasSpectralNorm), .flag(&options.startsAtMean), .number(&options.labelSmoothing),
        .number(&options.inputNoise),
        .member(
          &options.averageDecay, get: { .float($0 ?? 0) },
          set: { if let decay = $1.float { $0 = decay == 0 ? nil : decay } }),
        .flag(&options.rampsAverage), .whole(&options.classCount), .number(&options.discriminatorRate),
        .number(&options.r1Penalty), .number(&options.gradientPenalty),
        .word([.none, .fixed, .adaptive], &options.augmentation), .flag(&options.projectsLabels),
        .flag(&options.hasFreshRows),
      ]
  }

  package var outputActivation: Activation {
    get {
      preparation.output(given: givenOutput, otherwise: architecture == .convolutional ? .tanh : .sigmoid)
    }
    set { givenOutput = newValue }
  }

  package func settled(areUnits: Bool) -> GAN.Options {
    var settled = self
    settled.preparation = preparation.settled(
      shape, areUnits: areUnits, needsUnits: givenOutput == .sigmoid || givenOutput == .tanh)
    settled.givenOutput = settled.outputActivation
    return settled
  }

  package init(defaultsFor values: OptionValues) throws(GenerativeError) {
    try self.init(networkDefaultsFor: values)
    // The values that docs/defaults.md found to work on most data. `init(shape:architecture:)` has the
    // papers' choices.
    if isNarrowTable {
      latentSize = shape.count
      (generatorHidden, discriminatorHidden) = ([128, 128], [128, 128])
      (normalizesGenerator, inputNoise) = (false, 0.1)
    } else if architecture == .convolutional {
      convolution.baseChannels = 16
      inputNoise = 0.2
      // A penalty needs a discriminator without batch norm.
      let isPenalized = ["r1_penalty", "gradient_penalty"].contains { (values.number($0) ?? 0) > 0 }
      hasSpectralNorm =
        isPenalized || values.isGiven("discriminator_batch_norm") && !values.flag("discriminator_batch_norm")
    } else if isDenseOfImages {
      let isCurved = values.word("discriminator_activation").map { Place.activations[$0].isCurved } ?? false
      let isExcluded =
        isCurved || values.flag("discriminator_batch_norm") || (values.number("gradient_penalty") ?? 0) > 0
      // The losses of the others have other scales.
      let isLogarithmic = (values.word("objective") ?? 0) <= 1
      r1Penalty = isLogarithmic && !isExcluded ? 1 : 0
    }
    if values.isGiven("spectral_norm") { hasSpectralNorm = values.flag("spectral_norm") }
    if hasSpectralNorm { normalizesDiscriminator = false }
  }

  package func hasNetworks(of other: GAN.Options) -> Bool { outputActivation == other.outputActivation }

  package func check() throws(GenerativeError) {
    try preparation.check(outputActivation)
    if hasSpectralNorm, normalizesDiscriminator {
      throw GenerativeError(.argument, "spectral_norm and discriminator_batch_norm exclude each other")
    }
    if augmentation != .none, shape.isTable {
      throw GenerativeError(
        .argument, "augmentation needs images, but rows are tables of \(shape.count) columns")
    }
    if projectsLabels, classCount == 0 {
      throw GenerativeError(.argument, "projection needs a conditional model: set n_classes")
    }
    if labelSmoothing > 0, !objective.hasProbabilities {
      throw GenerativeError(
        .argument, "label_smoothing needs an objective with targets: non_saturating, minimax or least_squares"
      )
    }
    if isPenalized, discriminatorActivation.isCurved || normalizesDiscriminator {
      throw GenerativeError(
        .argument,
        "r1_penalty and gradient_penalty need discriminator_activation relu, leaky_relu or identity and no "
          + "discriminator_batch_norm")
    }
  }
}
