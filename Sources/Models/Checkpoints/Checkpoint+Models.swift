import Checkpoints
import Networks
import Tensors

extension Checkpoint {
  mutating func set(_ progress: Progress) throws(GenerativeError) {
    try setOption("epochs", progress.epochCount)
    try setOption("steps", progress.stepCount)
  }

  func progress() throws(GenerativeError) -> Progress {
    let most = 1 << 53
    return Progress(
      epochCount: try option("epochs", in: 0...most), stepCount: try option("steps", in: 0...most))
  }

  mutating func set(_ shape: Shape) throws(GenerativeError) {
    try setOption("height", shape.height)
    try setOption("width", shape.width)
    try setOption("channels", shape.channels)
  }

  func shape() throws(GenerativeError) -> Shape {
    let sides = 1...Shape.sideLimit
    let shape = Shape(
      height: try option("height", in: sides), width: try option("width", in: sides),
      channels: try option("channels", in: sides))
    guard let count = checkedProduct(shape.height, shape.width, shape.channels), count <= Shape.countLimit
    else { throw GenerativeError(.limit, "rows of \(shape) are too large") }
    return shape
  }

  mutating func setOption(_ name: String, _ activation: Activation) throws(GenerativeError) {
    try setOption(name, activation.name)
  }

  func activation(_ name: String) throws(GenerativeError) -> Activation {
    let text: String = try option(name)
    guard let activation = Activation.named(text) else {
      throw GenerativeError(.format, "option \(name) must be an activation, not \"\(text)\"")
    }
    return activation
  }

  /// The value that `text` of option `name` stands for.
  func choice<Value>(_ name: String, _ values: [(String, Value)]) throws(GenerativeError) -> Value {
    let text: String = try option(name)
    guard let value = values.first(where: { $0.0 == text })?.1 else {
      let names = values.map(\.0).joined(separator: ", ")
      throw GenerativeError(.format, "option \(name) must be one of \(names), not \"\(text)\"")
    }
    return value
  }

  mutating func setOption(_ rule: WeightRule) throws(GenerativeError) {
    try setOption("initializer", "\(rule)")
  }

  func weightRule() throws(GenerativeError) -> WeightRule {
    try choice("initializer", WeightRule.allCases.map { ("\($0)", $0) })
  }

  /// Widths of hidden layers; `nil` is kept as the word "mirrored".
  mutating func setWidths(_ name: String, _ widths: [Int]?) throws(GenerativeError) {
    if let widths { try setOption(name, widths) } else { try setOption(name, "mirrored") }
  }

  func widths(_ name: String) throws(GenerativeError) -> [Int]? {
    let text: String = try option(name)
    if text == "mirrored" { return nil }
    return try optionList(name, in: 1...StackLimit.width, atMost: StackLimit.depth)
  }

  /// Keeps the optimizer's rule when there is one.
  mutating func set(
    _ rule: Optimizer.Rule?, _ content: CheckpointContent
  ) throws(GenerativeError) {
    guard content == .everything else { return try setOption("optimizer", "none") }
    switch rule {
    case nil: try setOption("optimizer", "none")
    case .sgd(let momentum):
      try setOption("optimizer", "sgd")
      try setOption("beta1", momentum)
    case .rmsProp(let rho, let epsilon):
      try setOption("optimizer", "rmsprop")
      try setOption("beta2", rho)
      try setOption("epsilon", epsilon)
    case .adam(let beta1, let beta2, let epsilon):
      try setOption("optimizer", "adam")
      try setBetas(beta1, beta2, epsilon)
    case .adamW(let beta1, let beta2, let epsilon, let decay):
      try setOption("optimizer", "adamw")
      try setBetas(beta1, beta2, epsilon)
      try setOption("weight_decay", decay)
    }
  }

  private mutating func setBetas(
    _ beta1: Float, _ beta2: Float, _ epsilon: Float
  ) throws(GenerativeError) {
    try setOption("beta1", beta1)
    try setOption("beta2", beta2)
    try setOption("epsilon", epsilon)
  }

  func rule() throws(GenerativeError) -> Optimizer.Rule? {
    let text: String = try option("optimizer")
    let share = Float(0)...Float(1)
    switch text {
    case "none": return nil
    case "sgd": return .sgd(momentum: try option("beta1", in: share))
    case "rmsprop": return .rmsProp(rho: try option("beta2", in: share), epsilon: try option("epsilon"))
    case "adam":
      return .adam(
        beta1: try option("beta1", in: share), beta2: try option("beta2", in: share),
        epsilon: try option("epsilon"))
    case "adamw":
      return .adamW(
        beta1: try option("beta1", in: share), beta2: try option("beta2", in: share),
        epsilon: try option("epsilon"), decay: try option("weight_decay"))
    default: throw GenerativeError(.format, "option optimizer must not be \"\(text)\"")
    }
  }
}
