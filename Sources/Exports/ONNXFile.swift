import Networks
import Tensors

/// A program as an ONNX model: https://onnx.ai/onnx/repo-docs/IR.html, messages as in onnx.proto.
///
/// Convolutions read images as channels × height × width ("planes"). All other nodes use the library's layout, so
/// images are transposed between the two. The number of rows is a variable in every shape.
package struct ONNXFile {
  /// The oldest operator set that current importers support, and the format version that belongs to it.
  private static let operatorSet = 16
  private static let formatVersion = 8
  /// The maximum number of bytes in a message.
  private static let limit = Int(Int32.max)

  private let program: Program
  let memory: Memory
  private(set) var graph: Protobuf
  private var tensorCount = 0
  private var nodeCount = 0
  /// Indexed by the number of the value.
  private var values: [Value] = []

  /// The names of a value in each layout for which there is a node.
  private struct Value {
    var names: [(layout: Layout, name: String)]
  }

  /// The layout of a value: rows × features, rows × height × width × channels, or rows × channels × height × width.
  enum Layout { case flat, image, planes }

  /// - Parameter name: the name of the graph.
  /// - Throws: `.limit` for 2 GiB or more; `.nonfinite`; `.memory`.
  package init(
    _ program: Program, name: String, producer: String, version: String, in memory: Memory
  ) throws(GenerativeError) {
    self.program = program
    self.memory = memory
    graph = try Protobuf(in: memory)
    try program.checkFinite()
    try graph.text(2, name)
    let (input, shape) = program.input
    try graph.message(11, try information(input, isInteger: false, dimensions(shape)))
    if program.classCount > 0 { try graph.message(11, try information("labels", isInteger: true, [])) }
    values = [Value(names: [(shape.isTable ? .flat : .image, input)])]
    for (index, step) in program.steps.enumerated() { try append(step, index + 1) }
    for (name, value) in program.outputs { try returnValue(value, as: name) }

    let nodes = graph
    var model = try Protobuf(in: memory)
    try model.integer(1, Self.formatVersion)
    try model.text(2, producer)
    try model.text(3, version)
    try model.message(7, nodes)
    var operators = try Protobuf(in: memory)
    try operators.integer(2, Self.operatorSet)
    try model.message(8, operators)
    guard model.byteCount < Self.limit else {
      throw GenerativeError(.limit, "the graph has \(model.byteCount) bytes, over ONNX's limit of 2 GiB")
    }
    graph = model
  }

  /// For tests.
  package var bytes: [UInt8] { graph.bytes }

  /// Replaces the file at `path` atomically.
  package func write(to path: String) throws(GenerativeError) { try graph.writer.write(to: path) }

  // MARK: - Inputs and outputs

  /// The dimensions after the number of rows.
  private func dimensions(_ shape: Shape) -> [Int] {
    shape.isTable ? [shape.channels] : [shape.height, shape.width, shape.channels]
  }

  private func information(
    _ name: String, isInteger: Bool, _ dimensions: [Int]
  ) throws(GenerativeError) -> Protobuf {
    var shape = try Protobuf(in: memory)
    var rows = try Protobuf(in: memory)
    try rows.text(2, "n_rows")
    try shape.message(1, rows)
    for size in dimensions {
      var dimension = try Protobuf(in: memory)
      try dimension.integer(1, size)
      try shape.message(1, dimension)
    }
    var tensor = try Protobuf(in: memory)
    try tensor.integer(1, isInteger ? Self.int32 : Self.float)
    try tensor.message(2, shape)
    var type = try Protobuf(in: memory)
    try type.message(1, tensor)
    var information = try Protobuf(in: memory)
    try information.text(1, name)
    try information.message(2, type)
    return information
  }

  private mutating func returnValue(_ value: Int, as name: String) throws(GenerativeError) {
    let shape = program.shape(value)
    let held = try request(value, shape.isTable ? .flat : .image)
    // One number per row is a vector.
    let isNumber = shape.count == 1
    if isNumber {
      try node("Squeeze", [held, try integers([1])], [], output: name)
    } else {
      try node("Identity", [held], [], output: name)
    }
    try graph.message(12, try information(name, isInteger: false, isNumber ? [] : dimensions(shape)))
  }

  // MARK: - Layouts

  /// The layout in which a value was computed.
  func layout(_ value: Int) -> Layout { values[value].names[0].layout }

  func shape(_ value: Int) -> Shape { program.shape(value) }

  var classCount: Int { program.classCount }

  /// Returns the name of a value in a layout, and converts the value if necessary.
  mutating func request(_ value: Int, _ layout: Layout) throws(GenerativeError) -> String {
    if let held = values[value].names.first(where: { $0.layout == layout }) { return held.name }
    let shape = program.shape(value)
    let name: String
    switch layout {
    case .flat: name = try node("Flatten", [try request(value, .image)], [.integer("axis", 1)])
    case .image where self.layout(value) == .flat:
      name = try reshape(try request(value, .flat), dimensions3(shape))
    case .image:
      name = try node("Transpose", [try request(value, .planes)], [.integers("perm", [0, 2, 3, 1])])
    case .planes:
      name = try node("Transpose", [try request(value, .image)], [.integers("perm", [0, 3, 1, 2])])
    }
    values[value].names.append((layout, name))
    return name
  }

  private func dimensions3(_ shape: Shape) -> [Int] { [shape.height, shape.width, shape.channels] }

  /// Reshapes a tensor to these dimensions after the number of rows.
  mutating func reshape(_ name: String, _ dimensions: [Int]) throws(GenerativeError) -> String {
    try node("Reshape", [name, try integers([0] + dimensions)], [])
  }

  /// Registers the output of a step, and its layout.
  mutating func make(_ name: String, _ layout: Layout) { values.append(Value(names: [(layout, name)])) }

  // MARK: - Nodes

  enum Attribute {
    case integer(String, Int)
    case integers(String, [Int])
    case float(String, Float)
  }

  /// Appends a node and returns the name of its output.
  @discardableResult
  mutating func node(
    _ type: String, _ inputs: [String], _ attributes: [Attribute] = [], output: String? = nil
  ) throws(GenerativeError) -> String {
    nodeCount += 1
    let name = output ?? "v\(nodeCount)"
    var node = try Protobuf(in: memory)
    for input in inputs { try node.text(1, input) }
    try node.text(2, name)
    try node.text(4, type)
    for attribute in attributes { try node.message(5, try message(attribute)) }
    try graph.message(1, node)
    return name
  }

  private func message(_ attribute: Attribute) throws(GenerativeError) -> Protobuf {
    var message = try Protobuf(in: memory)
    switch attribute {
    case .float(let name, let value):
      try message.text(1, name)
      try message.float(2, value)
      try message.integer(20, 1)
    case .integer(let name, let value):
      try message.text(1, name)
      try message.integer(3, value)
      try message.integer(20, 2)
    case .integers(let name, let values):
      try message.text(1, name)
      for value in values { try message.integer(8, value) }
      try message.integer(20, 7)
    }
    return message
  }

  // MARK: - Tensors

  // Types of elements.
  private static let float = 1
  private static let int32 = 6
  private static let int64 = 7

  /// A constant tensor of floats.
  mutating func tensor(_ numbers: Numbers, _ shape: [Int]) throws(GenerativeError) -> String {
    try tensor(shape) { numbers.base[$0] }
  }

  /// A constant tensor of floats, computed by `number`.
  mutating func tensor(_ shape: [Int], _ number: (Int) -> Float) throws(GenerativeError) -> String {
    let count = shape.reduce(1, *)
    return try tensor(shape, Self.float, byteCount: 4 * count) { bytes in
      for i in 0..<count {
        bytes.storeBytes(of: number(i).bitPattern.littleEndian, toByteOffset: 4 * i, as: UInt32.self)
      }
    }
  }

  mutating func number(_ value: Float) throws(GenerativeError) -> String { try tensor([]) { _ in value } }

  /// A constant vector of integers.
  mutating func integers(_ values: [Int]) throws(GenerativeError) -> String {
    try tensor([values.count], Self.int64, byteCount: 8 * values.count) { bytes in
      for (i, value) in values.enumerated() {
        bytes.storeBytes(of: Int64(value).littleEndian, toByteOffset: 8 * i, as: Int64.self)
      }
    }
  }

  private mutating func tensor(
    _ shape: [Int], _ type: Int, byteCount: Int, _ fill: (UnsafeMutableRawPointer) -> Void
  ) throws(GenerativeError) -> String {
    guard graph.byteCount + byteCount < Self.limit else {
      throw GenerativeError(.limit, "the graph has more bytes than ONNX's limit of 2 GiB")
    }
    tensorCount += 1
    let name = "t\(tensorCount)"
    var tensor = try Protobuf(in: memory)
    for size in shape { try tensor.integer(1, size) }
    try tensor.integer(2, type)
    try tensor.text(8, name)
    fill(UnsafeMutableRawPointer(try tensor.bytes(9, byteCount)))
    try graph.message(5, tensor)
    return name
  }
}
