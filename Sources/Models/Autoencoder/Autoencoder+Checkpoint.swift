import Checkpoints
import Networks
import Tensors

extension Autoencoder: Checkpointable {
  package static let kind = "autoencoder"

  private static let losses: [(String, ReconstructionLoss)] = [
    ("squared_error", .squaredError), ("cross_entropy", .crossEntropy),
    ("log_squared_error", .logSquaredError),
  ]

  package func checkpoint(_ content: CheckpointContent) throws(GenerativeError) -> Checkpoint {
    var checkpoint = try Checkpoint(kind: Self.kind)
    try checkpoint.set(options.shape)
    try checkpoint.set(options.architecture, options.convolution, classCount: 0)
    try checkpoint.setOption("batch_norm", options.isNormalized)
    try checkpoint.setOption("pixel_bias", options.hasPixelBias)
    try checkpoint.setOption("skips", options.hasSkips)
    try checkpoint.setOption("latent_size", options.latentSize)
    try checkpoint.setWidths("hidden", options.hidden)
    try checkpoint.setWidths("decoder_hidden", options.decoderHidden)
    try checkpoint.setOption("activation", options.activation)
    try checkpoint.setOption("latent_activation", options.latentActivation)
    try checkpoint.setOption("output_activation", options.outputActivation)
    try checkpoint.setOption("bias", options.hasBias)
    try checkpoint.setOption("loss", Self.losses.first { $0.1 == options.loss }?.0 ?? "")
    switch options.corruption {
    case .none: try checkpoint.setOption("corruption", "none")
    case .gaussian(let amount): try Self.set("gaussian", amount, &checkpoint)
    case .masking(let amount): try Self.set("masking", amount, &checkpoint)
    case .saltAndPepper(let amount): try Self.set("salt_and_pepper", amount, &checkpoint)
    }
    try checkpoint.setOption(options.weights)
    try checkpoint.setOption("dropout", options.dropout)
    try checkpoint.setOption("seed", options.seed)
    try checkpoint.set(progress)
    try checkpoint.set(encoder.optimizer?.rule, after: encoder.optimizerStart, content)
    try encoder.add(to: &checkpoint, content)
    try decoder.add(to: &checkpoint, content)
    return checkpoint
  }

  private static func set(
    _ corruption: String, _ amount: Float, _ checkpoint: inout Checkpoint
  ) throws(GenerativeError) {
    try checkpoint.setOption("corruption", corruption)
    try checkpoint.setOption("corruption_amount", amount)
  }

  package convenience init(_ checkpoint: Checkpoint, context: Context) throws(GenerativeError) {
    try checkpoint.require(kind: Self.kind)
    var options = Options(
      shape: try checkpoint.shape(), architecture: try checkpoint.architecture())
    options.convolution = try checkpoint.convolution()
    options.isNormalized = try checkpoint.option("batch_norm")
    options.hasPixelBias = try checkpoint.option("pixel_bias")
    options.hasSkips = try checkpoint.option("skips")
    options.latentSize = try checkpoint.option("latent_size", in: 1...StackLimit.width)
    options.hidden = try checkpoint.givenWidths("hidden")
    options.decoderHidden = try checkpoint.widths("decoder_hidden")
    options.activation = try checkpoint.activation("activation")
    options.latentActivation = try checkpoint.activation("latent_activation")
    options.outputActivation = try checkpoint.activation("output_activation")
    options.hasBias = try checkpoint.option("bias")
    options.loss = try checkpoint.choice("loss", Self.losses)
    let corruption: String = try checkpoint.option("corruption")
    if corruption != "none" {
      let amount: Float = try checkpoint.option("corruption_amount", in: 0...10)
      options.corruption = try checkpoint.choice(
        "corruption",
        [
          ("gaussian", .gaussian(deviation: amount)), ("masking", .masking(share: amount)),
          ("salt_and_pepper", .saltAndPepper(share: amount)),
        ])
    }
    options.weights = try checkpoint.weightRule()
    options.dropout = try checkpoint.option("dropout", in: 0...0.999)
    options.seed = try checkpoint.option("seed")
    try checkpoint.require(parameterCount: Self.plan(options, rows: 1, context: context).parameterCount)
    try self.init(options, context: context)
    progress = try checkpoint.progress()
    let rule = try checkpoint.rule()
    let start = try checkpoint.optimizerStart(rule, progress)
    try encoder.load(checkpoint, rule, after: start)
    try decoder.load(checkpoint, rule, after: start)
  }
}
