import Networks
import Tensors

/// A program as JSON, for interpreters in other languages.
///
/// A step has the name of its operation, the number of the value that it reads, and the shape of its result. Its
/// numbers are [first, count] in one list of float32, little-endian in base64.
package struct JSONFile {
  private var text: ByteWriter
  private var numbers: ByteWriter
  private var numberCount = 0

  /// - Throws: `.nonfinite`, `.memory`.
  package init(_ program: Program, in memory: Memory) throws(GenerativeError) {
    text = try ByteWriter(in: memory)
    numbers = try ByteWriter(in: memory)
    try program.checkFinite()
    let input = "{\"name\":\"\(program.input.name)\",\"shape\":\(dimensions(program.input.shape))}"
    try text.append("{\"input\":\(input),\"n_classes\":\(program.classCount),\"steps\":[")
    for (index, step) in program.steps.enumerated() {
      if index > 0 { try text.append(",") }
      let members = try members(of: step, program.shape(step.input))
      try text.append("{\(members),\"input\":\(step.input),\"shape\":\(dimensions(step.output))}")
    }
    let outputs = program.outputs.map { "{\"name\":\"\($0.name)\",\"value\":\($0.value)}" }
    try text.append("],\"outputs\":[\(outputs.joined(separator: ","))],\"numbers\":\"")
    try text.append(base64: numbers)
    try text.append("\"}")
  }

  package var byteCount: Int { text.count }

  /// - Throws: `.argument` if there is no room.
  package func copy(to bytes: UnsafeMutableRawPointer, capacity: Int) throws(GenerativeError) {
    guard capacity >= text.count else {
      throw GenerativeError(.argument, "capacity must be at least \(text.count), not \(capacity)")
    }
    text.copy(to: bytes)
  }

  /// The members of a step's object that describe its operation.
  private mutating func members(of step: Program.Step, _ from: Shape) throws(GenerativeError) -> String {
    switch step.operation {
    case .dense(let weight, let isTransposed, let bias):
      let (inputs, outputs) = (from.count, step.output.count)
      let rows =
        try isTransposed
        ? place(inputs * outputs) { weight.base[$0 % inputs * outputs + $0 / inputs] } : place(weight)
      return "\"op\":\"dense\",\"weight\":\(rows)\(try optional("bias", bias))"
    case .convolution(let product, let weight, let bias):
      return try convolution("convolution", product, weight, bias)
    case .transposedConvolution(let product, let weight, let bias):
      return try convolution("transposed_convolution", product, weight, bias)
    case .scale(let a): return "\"op\":\"scale\",\"by\":\(try place(a))"
    case .offset(let a): return "\"op\":\"offset\",\"by\":\(try place(a))"
    case .classOffset(let a): return "\"op\":\"class_offset\",\"by\":\(try place(a))"
    case .classDense(let weight, let bias):
      return "\"op\":\"class_dense\",\"weight\":\(try place(weight)),\"bias\":\(try place(bias))"
    case .activation(.leakyReLU(let slope)): return "\"op\":\"leaky_relu\",\"slope\":\(slope)"
    case .activation(let activation): return "\"op\":\"\(name(activation))\""
    case .exponential: return "\"op\":\"exponential\""
    case .clamp(let low, let high): return "\"op\":\"clamp\",\"low\":\(low),\"high\":\(high)"
    case .softmax: return "\"op\":\"softmax\""
    case .pad(let top, let left): return "\"op\":\"pad\",\"top\":\(top),\"left\":\(left)"
    case .crop(let top, let left): return "\"op\":\"crop\",\"top\":\(top),\"left\":\(left)"
    case .reshape: return "\"op\":\"reshape\""
    case .slice(let first): return "\"op\":\"slice\",\"first\":\(first)"
    case .add(let other): return "\"op\":\"add\",\"other\":\(other)"
    case .subtract(let other): return "\"op\":\"subtract\",\"other\":\(other)"
    case .multiply(let other): return "\"op\":\"multiply\",\"other\":\(other)"
    case .sum: return "\"op\":\"sum\""
    }
  }

  private mutating func convolution(
    _ name: String, _ product: ConvolutionProduct, _ weight: Numbers, _ bias: Numbers?
  ) throws(GenerativeError) -> String {
    let (vertical, horizontal) = (product.vertical.window, product.horizontal.window)
    return "\"op\":\"\(name)\",\"weight\":\(try place(weight))\(try optional("bias", bias)),"
      + "\"kernel\":[\(vertical.kernel),\(horizontal.kernel)],\"stride\":[\(vertical.stride),\(horizontal.stride)],"
      + "\"padding\":[\(vertical.padding),\(horizontal.padding)]"
  }

  private func name(_ activation: Activation) -> String {
    switch activation {
    case .identity: "identity"
    case .relu: "relu"
    case .leakyReLU: "leaky_relu"
    case .silu: "silu"
    case .elu: "elu"
    case .tanh: "tanh"
    case .sigmoid: "sigmoid"
    case .softplus: "softplus"
    }
  }

  private func dimensions(_ shape: Shape) -> String { "[\(shape.height),\(shape.width),\(shape.channels)]" }

  // MARK: - Numbers

  private mutating func optional(_ name: String, _ numbers: Numbers?) throws(GenerativeError) -> String {
    guard let numbers else { return "" }
    return ",\"\(name)\":\(try place(numbers))"
  }

  private mutating func place(_ numbers: Numbers) throws(GenerativeError) -> String {
    try place(numbers.count) { numbers.base[$0] }
  }

  /// Appends numbers, and returns their place in the list.
  private mutating func place(_ count: Int, _ number: (Int) -> Float) throws(GenerativeError) -> String {
    let bytes = UnsafeMutableRawPointer(try numbers.extend(4 * count))
    for i in 0..<count {
      bytes.storeBytes(of: number(i).bitPattern.littleEndian, toByteOffset: 4 * i, as: UInt32.self)
    }
    numberCount += count
    return "[\(numberCount - count),\(count)]"
  }
}
