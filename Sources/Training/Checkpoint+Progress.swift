import Checkpoints
import Networks
import Tensors

extension Checkpoint {
  mutating func set(_ progress: Progress) throws(GenerativeError) {
    try setOption("epochs", progress.epochCount)
    try setOption("steps", progress.stepCount)
  }

  func progress() throws(GenerativeError) -> Progress {
    // Limited so that epochs times steps per epoch fits in an Int.
    Progress(
      epochCount: try option("epochs", in: 0...1 << 31), stepCount: try option("steps", in: 0...1 << 53))
  }

  /// Stores the optimizer's rule, if there is one, and the step after which its state began.
  mutating func set(
    _ rule: Optimizer.Rule?, after start: Int, _ content: CheckpointContent
  ) throws(GenerativeError) {
    guard content == .everything, let rule else { return try setOption("optimizer", "none") }
    try setOption("optimizer_start", start)
    try setOption("optimizer", rule.name)
    for (name, value) in rule.hyperparameters { try setOption(name, value) }
  }

  /// The step after which the optimizer's state began; 0 if it is missing, as in files of the first version.
  func optimizerStart(
    _ rule: Optimizer.Rule?, _ progress: Progress
  ) throws(GenerativeError) -> Int {
    guard rule != nil, hasOption("optimizer_start") else { return 0 }
    return try option("optimizer_start", in: 0...progress.stepCount)
  }

  func rule() throws(GenerativeError) -> Optimizer.Rule? {
    let text: String = try option("optimizer")
    let share = Float(0)...Float(1).nextDown
    let addend = Float.leastNonzeroMagnitude...Float(1)
    switch text {
    case "none": return nil
    case "sgd": return .sgd(momentum: try option("beta1", in: share))
    case "rmsprop":
      return .rmsProp(rho: try option("beta2", in: share), epsilon: try option("epsilon", in: addend))
    case "adam":
      return .adam(
        beta1: try option("beta1", in: share), beta2: try option("beta2", in: share),
        epsilon: try option("epsilon", in: addend))
    case "adamw":
      return .adamW(
        beta1: try option("beta1", in: share), beta2: try option("beta2", in: share),
        epsilon: try option("epsilon", in: addend), decay: try option("weight_decay", in: 0...1e3))
    default: throw GenerativeError(.format, "option optimizer must not be \"\(text)\"")
    }
  }
}
