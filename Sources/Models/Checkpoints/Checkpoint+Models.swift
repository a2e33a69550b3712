import Checkpoints
import Tensors
import Training

extension Checkpoint {
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

  /// Checks that the tensors could fill a model of so many parameters, before memory for one is asked
  /// for: a small file whose options name wide layers must cost nothing.
  func require(parameterCount: Int) throws(GenerativeError) {
    let count = tensors.reduce(0) { $0 + $1.count }
    guard count >= parameterCount else {
      throw GenerativeError(
        .mismatch, "the options ask for \(parameterCount) numbers, the tensors hold \(count)")
    }
  }
}
