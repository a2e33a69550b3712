import Checkpoints
import Networks
import Tensors

extension Checkpoint {
  mutating func set(_ progress: Progress) throws(GenerativeError) {
    try setOption("epochs", progress.epochCount)
    try setOption("steps", progress.stepCount)
  }

  func progress() throws(GenerativeError) -> Progress {
    // A product of epochs and steps of one stays an Int.
    Progress(
      epochCount: try option("epochs", in: 0...1 << 31), stepCount: try option("steps", in: 0...1 << 53))
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
      let names = values.map({ $0.0 }).joined(separator: ", ")
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

  /// Widths that are never mirrored.
  func givenWidths(_ name: String) throws(GenerativeError) -> [Int] {
    try optionList(name, in: 1...StackLimit.width, atMost: StackLimit.depth)
  }

  /// A copy of a tensor without NaN and infinity.
  ///
  /// - Throws: `.mismatch` when it is missing or of another shape, `.nonfinite`, `.memory`.
  func finite<Element: TensorElement & BinaryFloatingPoint>(
    _ name: String, _ shape: [Int], in context: Context
  ) throws(GenerativeError) -> Buffer<Element> {
    let buffer = try tensor(named: name, shape: shape, as: Element.self).copied(in: context.memory)
    for i in 0..<buffer.count where !buffer.base[i].isFinite {
      throw GenerativeError(.nonfinite, "element \(i) of tensor \(name) is not a finite number")
    }
    return buffer
  }

  /// Checks that the tensors could fill a model of so many parameters, before memory for one is asked
  /// for: a small file whose options name wide layers must cost nothing.
  func require(parameterCount: Int) throws(GenerativeError) {
    let count = tensors.reduce(0) { $0 + $1.count }
    guard count >= parameterCount else {
      throw GenerativeError(
        .mismatch, "the options ask for \(parameterCount) numbers, the tensors hold \(count)")
    }
  }

  /// Keeps the optimizer's rule when there is one, and the step after which its state began.
  mutating func set(
    _ rule: Optimizer.Rule?, after start: Int, _ content: CheckpointContent
  ) throws(GenerativeError) {
    guard content == .everything, let rule else { return try setOption("optimizer", "none") }
    try setOption("optimizer_start", start)
    try setOption("optimizer", rule.name)
    for (name, value) in rule.hyperparameters { try setOption(name, value) }
  }

  /// The step after which the optimizer's state began; 0 where there is none.
  func optimizerStart(
    _ rule: Optimizer.Rule?, _ progress: Progress
  ) throws(GenerativeError) -> Int {
    rule == nil ? 0 : try option("optimizer_start", in: 0...progress.stepCount)
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
