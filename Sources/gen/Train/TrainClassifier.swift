import ArgumentParser
import CGenerative

/// `gen train classifier`.
struct TrainClassifier: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "classifier", abstract: "A classifier, by whose features samples are compared.",
    discussion: """
      gen train classifier train-images-idx3-ubyte.gz --architecture convolutional -o classifier.safetensors

      Rows need classes: folders of pictures, or an IDX file with its labels beside it. gen evaluate \
      takes it by --classifier, gen encode writes its features.
      """)

  @OptionGroup var train: TrainOptions

  @Option(help: "Dense layers, or convolutions that halve the sides.")
  var architecture = ArchitectureName.dense

  @Option(help: "Widths of hidden layers, the last of which gives the features, \"256,84\".")
  var hidden: Widths?

  @Option(help: "The activation of hidden layers.")
  var activation: Activation?

  @Option(help: "How weights start.")
  var initializer: Initializer?

  @Option(help: "Share of hidden units dropped in training.")
  var dropout = 0.0

  @Option(help: "Convolutional: channels of the first level, doubled level by level.")
  var baseChannels: Int?

  @Option(help: "Convolutional: levels of half the size.")
  var depth: Int?

  @Flag(help: "Convolutional: batch norm after all convolutions but the first.")
  var batchNorm = false

  @OptionGroup(title: "Training") var fit: FitFlags

  func run() throws {
    try Training(kind: .classifier, train: train, fit: fit).run { dataset in
      var options: gen_classifier_options = try defaults(gen_classifier_options_init)
      options.height = Int64(dataset.shape.height)
      options.width = Int64(dataset.shape.width)
      options.channels = Int64(dataset.shape.channels)
      options.n_classes = Int64(try dataset.requiredClassCount())
      options.architecture = architecture.code
      if let activation { options.activation = activation.code }
      if let initializer { options.initializer = initializer.code }
      options.dropout = dropout
      if let depth { options.depth = Int32(clamping: depth) }
      if let baseChannels { options.base_channels = Int64(baseChannels) }
      options.batch_norm = batchNorm ? 1 : 0
      options.n_hidden = hidden?.code ?? 0
      options.seed = fit.seed
      return try withWidths(hidden, nil) { widths, _ in
        options.hidden = widths
        return try Object(gen_model_destroy) { gen_classifier_create(&options, $0) }
      }
    }
  }
}
