import Checkpoints
import Networks
import Tensors
import Training

extension Autoencoder: Checkpointable {
  package static let kind = "autoencoder"

  private static let losses: [(String, ReconstructionLoss)] = [
    ("squared_error", .squaredError), ("cross_entropy", .crossEntropy),
    ("log_squared_error", .logSquaredError),
  ]

  package func outline() throws(GenerativeError) -> Checkpoint {
    var checkpoint = try Checkpoint(kind: Self.kind, limits: context.limits)
    try checkpoint.set(options.stack)
    try checkpoint.setOption("skips", options.hasSkips)
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
    switch options.sparsity {
    case nil: try checkpoint.setOption("sparsity", "none")
    case .absolute(let weight):
      try checkpoint.setOption("sparsity", "l1")
      try checkpoint.setOption("sparsity_weight", weight)
    case .divergence(let weight, let target):
      try checkpoint.setOption("sparsity", "kl")
      try checkpoint.setOption("sparsity_weight", weight)
      try checkpoint.setOption("sparsity_target", target)
    }
    try checkpoint.setOption("contraction", options.contraction)
    try checkpoint.setOption("tied", options.isTied)
    try checkpoint.setOption("seed", options.seed)
    return checkpoint
  }

  private static func set(
    _ corruption: String, _ amount: Float, _ checkpoint: inout Checkpoint
  ) throws(GenerativeError) {
    try checkpoint.setOption("corruption", corruption)
    try checkpoint.setOption("corruption_amount", amount)
  }

  private static func sparsity(_ checkpoint: Checkpoint) throws(GenerativeError) -> SparsityPenalty? {
    let kind: String = try checkpoint.option("sparsity")
    if kind == "none" { return nil }
    let weight: Float = try checkpoint.option("sparsity_weight", in: 0...Float.greatestFiniteMagnitude)
    guard try checkpoint.choice("sparsity", [("l1", false), ("kl", true)]) else {
      return .absolute(weight: weight)
    }
    let target: Float = try checkpoint.option("sparsity_target", in: SparsityPenalty.targets)
    return .divergence(weight: weight, target: target)
  }

  package convenience init(_ checkpoint: Checkpoint, context: Context) throws(GenerativeError) {
    try checkpoint.require(kind: Self.kind)
    let stack = try checkpoint.mirroredStack()
    guard stack.classCount == 0 else {
      throw GenerativeError(.format, "an autoencoder has no classes, not \(stack.classCount)")
    }
    var options = Options(shape: stack.shape, architecture: stack.architecture)
    options.stack = stack
    options.hasSkips = try checkpoint.option("skips")
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
    options.sparsity = try Self.sparsity(checkpoint)
    options.contraction = try checkpoint.option("contraction", in: 0...Float.greatestFiniteMagnitude)
    options.isTied = try checkpoint.option("tied")
    options.seed = try checkpoint.option("seed")
    try checkpoint.require(parameterCount: Self.plan(options, rows: 1, context: context).parameterCount)
    try self.init(options, context: context)
    try restore(checkpoint)
  }
}
