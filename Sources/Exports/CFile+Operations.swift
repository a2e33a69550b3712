import Networks
import Tensors

/// The C statements for each operation.
extension CFile {
  /// Writes a step that reads `x` and writes `y`. Both are C expressions that can be indexed.
  mutating func write(
    _ step: Program.Step, _ program: Program, _ x: String, _ y: String, _ places: CPlaces
  ) throws(GenerativeError) {
    let from = program.shape(step.input)
    let count = from.count
    switch step.operation {
    case .dense(let weight, let isTransposed, let bias):
      let helper = isTransposed ? CHelper.denseTransposed : .dense
      use(helper)
      let outputs = step.output.count
      let w = try matrix(weight, rows: isTransposed ? count : outputs)
      try line("  \(helper.rawValue)(\(x), \(w), \(try optional(bias)), \(count), \(outputs), \(y));")
    case .convolution(let product, let weight, let bias):
      try convolve(.convolve, product, weight, bias, x, y)
    case .transposedConvolution(let product, let weight, let bias):
      try convolve(.spread, product, weight, bias, x, y)
    case .scale(let a):
      try each(count, y, "\(x)[i] * \(try array(a))[\(index(a.count, of: count))]")
    case .offset(let a):
      try each(count, y, "\(x)[i] + \(try array(a))[\(index(a.count, of: count))]")
    case .classOffset(let table):
      let channels = table.count / program.classCount
      let index = "label * \(channels) + \(index(channels, of: count))"
      try each(count, y, "\(x)[i] + \(try array(table))[\(index)]")
    case .classDense(let weight, let bias):
      let name = try array(weight)
      try sum(count, "\(x)[i] * \(name)[label * \(count) + i]", y, adding: " + \(try array(bias))[0]")
    case .activation(let activation): try each(count, y, text(activation), of: x)
    case .exponential: try each(count, y, "expf(v)", of: x)
    case .clamp(let low, let high):
      let (low, high) = (literal(low), literal(high))
      try each(count, y, "v < \(low) ? \(low) : v > \(high) ? \(high) : v", of: x)
    case .softmax:
      use(.softmax)
      try line("  softmax(\(x), \(count), \(y));")
    case .pad(let top, let left):
      try each(step.output.count, y, "0")
      try copy(from, at: 0, 0, x, to: step.output, at: top, left, y, size: from)
    case .crop(let top, let left):
      try copy(from, at: top, left, x, to: step.output, at: 0, 0, y, size: step.output)
    case .reshape: break
    case .slice(let first): try each(step.output.count, y, "\(x)[\(first) + i]")
    case .add(let other): try each(count, y, "\(x)[i] + \(places[other])[i]")
    case .subtract(let other): try each(count, y, "\(x)[i] - \(places[other])[i]")
    case .multiply(let other): try each(count, y, "\(x)[i] * \(places[other])[i]")
    case .sum: try sum(count, "\(x)[i]", y)
    }
  }

  private mutating func optional(_ bias: Numbers?) throws(GenerativeError) -> String {
    try bias.map { (bias) throws(GenerativeError) in try array(bias) } ?? "0"
  }

  /// The index, among `count` numbers, of the one that applies to element i of `total`.
  private func index(_ count: Int, of total: Int) -> String {
    count == total ? "i" : count == 1 ? "0" : "i % \(count)"
  }

  private mutating func each(_ count: Int, _ y: String, _ expression: String) throws(GenerativeError) {
    try line("  for (int i = 0; i < \(count); ++i) \(y)[i] = \(expression);")
  }

  /// Writes a loop over an expression in v, the element of x.
  private mutating func each(
    _ count: Int, _ y: String, _ expression: String, of x: String
  ) throws(GenerativeError) {
    try line("  for (int i = 0; i < \(count); ++i) {")
    try line("    const float v = \(x)[i];")
    try line("    \(y)[i] = \(expression);")
    try line("  }")
  }

  /// Sums in sixteen parts, which have a quarter of the rounding error of a single sum.
  private mutating func sum(
    _ count: Int, _ expression: String, _ y: String, adding: String = ""
  ) throws(GenerativeError) {
    try line("  {")
    try line("    float s[16] = {0};")
    try line("    for (int i = 0; i < \(count); ++i) s[i & 15] += \(expression);")
    try line("    for (int i = 1; i < 16; ++i) s[0] += s[i];")
    try line("    \(y)[0] = s[0]\(adding);")
    try line("  }")
  }

  /// Copies rows of pixels.
  private mutating func copy(
    _ from: Shape, at top: Int, _ left: Int, _ x: String, to: Shape, at toTop: Int, _ toLeft: Int,
    _ y: String,
    size: Shape
  ) throws(GenerativeError) {
    let c = size.channels
    try line("  for (int j = 0; j < \(size.height); ++j)")
    try line("    for (int i = 0; i < \(size.width * c); ++i)")
    let target = "(j + \(toTop)) * \(to.width * c) + \(toLeft * c) + i"
    try line("      \(y)[\(target)] = \(x)[(j + \(top)) * \(from.width * c) + \(left * c) + i];")
  }

  private mutating func convolve(
    _ helper: CHelper, _ product: ConvolutionProduct, _ weight: Numbers, _ bias: Numbers?, _ x: String,
    _ y: String
  ) throws(GenerativeError) {
    use(helper)
    let (vertical, horizontal) = (product.vertical, product.horizontal)
    let numbers = [
      vertical.large, horizontal.large, product.largeChannels, vertical.small, horizontal.small,
      product.smallChannels, vertical.window.kernel, horizontal.window.kernel, vertical.window.stride,
      horizontal.window.stride, vertical.window.padding, horizontal.window.padding,
    ]
    let shape = numbers.map { "\($0)" }.joined(separator: ", ")
    let w = try matrix(weight, rows: product.smallChannels)
    try line("  {")
    try line("    static const struct window window = {\(shape)};")
    try line("    \(helper.rawValue)(\(x), \(w), \(try optional(bias)), &window, \(y));")
    try line("  }")
  }

  private func text(_ activation: Activation) -> String {
    switch activation {
    case .identity: "v"
    case .relu: "v > 0 ? v : 0"
    case .leakyReLU(let slope): "v > 0 ? v : \(literal(slope)) * v"
    case .silu: "v / (1 + expf(-v))"
    case .elu: "v > 0 ? v : expm1f(v)"
    case .tanh: "tanhf(v)"
    case .sigmoid: "1 / (1 + expf(-v))"
    case .softplus: "(v > 0 ? v : 0) + log1pf(expf(-fabsf(v)))"
    }
  }
}
