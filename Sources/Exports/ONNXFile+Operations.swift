import Networks
import Tensors

/// The ONNX nodes for each operation.
extension ONNXFile {
  /// Appends the step that computes the value with this number.
  mutating func append(_ step: Program.Step, _ value: Int) throws(GenerativeError) {
    let (x, from) = (step.input, shape(step.input))
    switch step.operation {
    case .dense(let weight, let isTransposed, let bias):
      let (inputs, outputs) = (from.count, step.output.count)
      var operands = [
        try request(x, .flat), try tensor(weight, isTransposed ? [inputs, outputs] : [outputs, inputs]),
      ]
      if let bias { operands.append(try tensor(bias, [outputs])) }
      make(try node("Gemm", operands, isTransposed ? [] : [.integer("transB", 1)]), .flat)
    case .convolution(let product, let weight, let bias):
      try convolve("Conv", product, weight, bias, x, [])
    case .transposedConvolution(let product, let weight, let bias):
      let padding = [outputPadding(product.vertical), outputPadding(product.horizontal)]
      try convolve("ConvTranspose", product, weight, bias, x, [.integers("output_padding", padding)])
    case .scale(let a): try combine("Mul", x, a)
    case .offset(let a): try combine("Add", x, a)
    case .classOffset(let table):
      let channels = table.count / classCount
      let isFlat = from.count == channels
      let layout: Layout = isFlat ? .flat : layout(x) == .planes ? .planes : .image
      var row = try node("Gather", [try tensor(table, [classCount, channels]), "labels"])
      if !isFlat { row = try reshape(row, layout == .planes ? [channels, 1, 1] : [1, 1, channels]) }
      make(try node("Add", [try request(x, layout), row]), layout)
    case .classDense(let weight, let bias):
      let row = try node("Gather", [try tensor(weight, [classCount, from.count]), "labels"])
      let product = try node("Mul", [try request(x, .flat), row])
      let sum = try node("ReduceSum", [product, try integers([1])])
      make(try node("Add", [sum, try tensor(bias, [1])]), .flat)
    case .activation(let activation):
      make(try activate(activation, try request(x, layout(x))), layout(x))
    case .exponential: make(try node("Exp", [try request(x, layout(x))]), layout(x))
    case .clamp(let low, let high):
      let limits = [try number(low), try number(high)]
      make(try node("Clip", [try request(x, layout(x))] + limits), layout(x))
    case .softmax: make(try node("Softmax", [try request(x, .flat)], [.integer("axis", 1)]), .flat)
    case .pad(let top, let left):
      let (bottom, right) = (
        step.output.height - from.height - top, step.output.width - from.width - left
      )
      let pads = try integers([0, top, left, 0, 0, bottom, right, 0])
      make(try node("Pad", [try request(x, .image), pads]), .image)
    case .crop(let top, let left):
      let ends = [top + step.output.height, left + step.output.width]
      make(try slice(try request(x, .image), [top, left], ends, axes: [1, 2]), .image)
    case .slice(let first):
      make(try slice(try request(x, .flat), [first], [first + step.output.count], axes: [1]), .flat)
    case .reshape: make(try request(x, .flat), .flat)
    case .add(let other): try combine("Add", x, other)
    case .subtract(let other): try combine("Sub", x, other)
    case .multiply(let other): try combine("Mul", x, other)
    case .sum: make(try node("ReduceSum", [try request(x, .flat), try integers([1])]), .flat)
    }
  }

  private mutating func convolve(
    _ type: String, _ product: ConvolutionProduct, _ weight: Numbers, _ bias: Numbers?, _ x: Int,
    _ attributes: [Attribute]
  ) throws(GenerativeError) {
    let (vertical, horizontal) = (product.vertical.window, product.horizontal.window)
    let (k, c) = (product.smallChannels, product.largeChannels)
    let taps = vertical.kernel * horizontal.kernel
    let base = weight.base
    // K × kernel × C becomes K × C × kernel. The first axis is the filters, or the inputs of a transposed convolution.
    var operands = [
      try request(x, .planes),
      try tensor([k, c, vertical.kernel, horizontal.kernel]) {
        base[$0 / (c * taps) * c * taps + $0 % taps * c + $0 / taps % c]
      },
    ]
    if let bias { operands.append(try tensor(bias, [bias.count])) }
    let padding = [vertical.padding, horizontal.padding]
    let window: [Attribute] = [
      .integers("kernel_shape", [vertical.kernel, horizontal.kernel]), .integers("pads", padding + padding),
      .integers("strides", [vertical.stride, horizontal.stride]),
    ]
    make(try node(type, operands, window + attributes), .planes)
  }

  /// The number of pixels by which the large side exceeds the size that the window gives for the small side.
  private func outputPadding(_ axis: ConvolutionAxis) -> Int {
    axis.large - ((axis.small - 1) * axis.window.stride - 2 * axis.window.padding + axis.window.kernel)
  }

  /// Combines a value with one number per feature or per channel.
  private mutating func combine(_ type: String, _ x: Int, _ a: Numbers) throws(GenerativeError) {
    let shape = shape(x)
    var layout = layout(x)
    let operand: String
    if a.count == shape.count {
      if layout == .planes { layout = .image }
      operand = try tensor(a, layout == .flat ? [a.count] : [shape.height, shape.width, shape.channels])
    } else {
      if layout == .flat { layout = .image }
      operand = try tensor(a, layout == .planes ? [a.count, 1, 1] : [a.count])
    }
    make(try node(type, [try request(x, layout), operand]), layout)
  }

  /// Combines two values.
  private mutating func combine(_ type: String, _ x: Int, _ other: Int) throws(GenerativeError) {
    let layout = layout(x)
    make(try node(type, [try request(x, layout), try request(other, layout)]), layout)
  }

  private mutating func slice(
    _ x: String, _ starts: [Int], _ ends: [Int], axes: [Int]
  ) throws(GenerativeError) -> String {
    try node("Slice", [x, try integers(starts), try integers(ends), try integers(axes)])
  }

  private mutating func activate(
    _ activation: Activation, _ x: String
  ) throws(GenerativeError) -> String {
    switch activation {
    case .identity: x
    case .relu: try node("Relu", [x])
    case .leakyReLU(let slope): try node("LeakyRelu", [x], [.float("alpha", slope)])
    case .silu: try node("Mul", [x, try node("Sigmoid", [x])])
    case .elu: try node("Elu", [x])
    case .tanh: try node("Tanh", [x])
    case .sigmoid: try node("Sigmoid", [x])
    case .softplus: try node("Softplus", [x])
    }
  }
}
