import Checkpoints
import Networks
import Tensors
import Training

extension VAE: Checkpointable {
  package static let kind = "vae"

  package func outline() throws(GenerativeError) -> Checkpoint {
    var checkpoint = try Checkpoint(kind: Self.kind, limits: context.limits)
    try checkpoint.set(options.stack)
    switch options.likelihood {
    case .bernoulli: try checkpoint.setOption("likelihood", "bernoulli")
    case .gaussian(let variance):
      try checkpoint.setOption("likelihood", "gaussian")
      // 0 stands for a learned variance, which is one of the decoder's parameters.
      try checkpoint.setOption("variance", variance ?? 0)
    }
    try checkpoint.setOption("output_activation", options.outputActivation)
    try checkpoint.setOption("binarize", options.binarizes)
    try checkpoint.setOption("reconstruction_weight", options.reconstructionWeight)
    try checkpoint.setOption("beta", options.beta)
    switch options.annealing {
    case .constant: try checkpoint.setOption("kl_schedule", "constant")
    case .linear(let epochs): try Self.set("linear", epochs, &checkpoint)
    case .cyclic(let epochs): try Self.set("cyclic", epochs, &checkpoint)
    }
    try checkpoint.setOption("importance_samples", options.importanceSamples)
    try checkpoint.setOption("seed", options.seed)
    return checkpoint
  }

  private static func set(
    _ schedule: String, _ epochs: Double, _ checkpoint: inout Checkpoint
  ) throws(GenerativeError) {
    try checkpoint.setOption("kl_schedule", schedule)
    try checkpoint.setOption("kl_epochs", epochs)
  }

  package convenience init(_ checkpoint: Checkpoint, context: Context) throws(GenerativeError) {
    try checkpoint.require(kind: Self.kind)
    let largest = Float.greatestFiniteMagnitude
    let stack = try checkpoint.mirroredStack()
    var options = Options(shape: stack.shape, architecture: stack.architecture)
    options.stack = stack
    if try checkpoint.choice("likelihood", [("bernoulli", false), ("gaussian", true)]) {
      let variance: Float = try checkpoint.option("variance", in: 0...largest)
      options.likelihood = .gaussian(variance: variance == 0 ? nil : variance)
    }
    options.outputActivation = try checkpoint.activation("output_activation")
    options.binarizes = try checkpoint.option("binarize")
    options.reconstructionWeight = try checkpoint.option("reconstruction_weight", in: 0...largest)
    options.beta = try checkpoint.option("beta", in: 0...largest)
    let schedule: String = try checkpoint.option("kl_schedule")
    if schedule != "constant" {
      let epochs: Double = try checkpoint.option("kl_epochs", in: 1e-9...1e9)
      options.annealing = try checkpoint.choice(
        "kl_schedule", [("linear", .linear(epochs: epochs)), ("cyclic", .cyclic(epochs: epochs))])
    }
    options.importanceSamples = try checkpoint.option("importance_samples", in: 1...Self.sampleLimit)
    options.seed = try checkpoint.option("seed")
    try checkpoint.require(parameterCount: Self.plan(options, rows: 1, context: context).parameterCount)
    try self.init(options, context: context)
    try restore(checkpoint)
  }
}
