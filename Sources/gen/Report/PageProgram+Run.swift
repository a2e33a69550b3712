import Glibc

/// Computes a row as the page's script does, in the same order, so that the result can be compared with the library's
/// before the page is written.
extension PageProgram {
  /// The first output.
  func run(_ row: [Float], label: Int) throws -> [Float] {
    var values = [row]
    for step in graph.steps {
      values.append(try result(of: step, values, graph.shape(step.input), label))
    }
    return values[graph.outputs[0].value]
  }

  private func result(
    of step: Graph.Step, _ values: [[Float]], _ from: [Int], _ label: Int
  ) throws -> [Float] {
    let x = values[step.input]
    let count = step.shape.reduce(1, *)
    func by(_ i: Int) -> Float { numbers[step.by![0] + i % step.by![1]] }
    func other(_ i: Int) -> Float { values[step.other!][i] }
    switch step.op {
    case "dense": return dense(step, x, count)
    case "convolution", "transposed_convolution": return convolution(step, x, from, count)
    case "scale": return x.indices.map { x[$0] * by($0) }
    case "offset": return x.indices.map { x[$0] + by($0) }
    case "class_offset":
      let channels = step.by![1] / graph.n_classes
      return x.indices.map { x[$0] + numbers[step.by![0] + label * channels + $0 % channels] }
    case "class_dense":
      let first = step.weight![0] + label * x.count
      return [x.indices.reduce(numbers[step.bias![0]]) { $0 + numbers[first + $1] * x[$1] }]
    case "exponential": return x.map { exp($0) }
    case "clamp": return x.map { min(max($0, step.low!), step.high!) }
    case "softmax":
      let most = x.max() ?? 0
      let powers = x.map { exp($0 - most) }
      let sum = powers.reduce(0, +)
      return powers.map { $0 / sum }
    case "pad", "crop": return framed(step, x, from, count)
    case "reshape": return x
    case "slice": return Array(x[step.first!..<step.first! + count])
    case "add": return x.indices.map { x[$0] + other($0) }
    case "subtract": return x.indices.map { x[$0] - other($0) }
    case "multiply": return x.indices.map { x[$0] * other($0) }
    case "sum": return [x.reduce(0, +)]
    default:
      guard let function = PageProgram.activation(step) else {
        throw Failure(description: "this tool does not know the operation \(step.op)")
      }
      return x.map(function)
    }
  }

  private static func activation(_ step: Graph.Step) -> ((Float) -> Float)? {
    switch step.op {
    case "relu": { max(0, $0) }
    case "leaky_relu": { $0 > 0 ? $0 : step.slope! * $0 }
    case "silu": { $0 / (1 + exp(-$0)) }
    case "elu": { $0 > 0 ? $0 : expm1($0) }
    case "tanh": { tanh($0) }
    case "softplus": { max($0, 0) + log1p(exp(-abs($0))) }
    case "sigmoid": { 1 / (1 + exp(-$0)) }
    default: nil
    }
  }

  /// The bias of each value, or 0.
  private func biases(_ step: Graph.Step, _ count: Int) -> [Float] {
    guard let bias = step.bias else { return [Float](repeating: 0, count: count) }
    return (0..<count).map { numbers[bias[0] + $0 % bias[1]] }
  }

  private func dense(_ step: Graph.Step, _ x: [Float], _ count: Int) -> [Float] {
    var y = biases(step, count)
    var w = step.weight![0]
    for o in 0..<count {
      for i in x.indices { y[o] += numbers[w + i] * x[i] }
      w += x.count
    }
    return y
  }

  /// The weight is K × height × width × C, where C are the channels of the larger image.
  private func convolution(_ step: Graph.Step, _ x: [Float], _ from: [Int], _ count: Int) -> [Float] {
    let isUp = step.op == "transposed_convolution"
    let (small, large) = isUp ? (from, step.shape) : (step.shape, from)
    let (kernel, stride, padding) = (step.kernel!, step.stride!, step.padding!)
    let (k, c) = (small[2], large[2])
    var y = biases(step, count)
    for r in 0..<small[0] {
      for s in 0..<small[1] {
        for f in 0..<k {
          let place = (r * small[1] + s) * k + f
          for ty in 0..<kernel[0] {
            let i = r * stride[0] - padding[0] + ty
            guard (0..<large[0]).contains(i) else { continue }
            for tx in 0..<kernel[1] {
              let j = s * stride[1] - padding[1] + tx
              guard (0..<large[1]).contains(j) else { continue }
              let w = step.weight![0] + ((f * kernel[0] + ty) * kernel[1] + tx) * c
              let pixel = (i * large[1] + j) * c
              for channel in 0..<c {
                if isUp {
                  y[pixel + channel] += x[place] * numbers[w + channel]
                } else {
                  y[place] += x[pixel + channel] * numbers[w + channel]
                }
              }
            }
          }
        }
      }
    }
    return y
  }

  /// A larger image with zeros at its border, or a part of an image.
  private func framed(_ step: Graph.Step, _ x: [Float], _ from: [Int], _ count: Int) -> [Float] {
    let isPad = step.op == "pad"
    let (small, large) = isPad ? (from, step.shape) : (step.shape, from)
    var y = [Float](repeating: 0, count: count)
    for i in 0..<small[0] {
      for j in 0..<small[1] * small[2] {
        let inner = i * small[1] * small[2] + j
        let outer = ((step.top! + i) * large[1] + step.left!) * large[2] + j
        if isPad { y[outer] = x[inner] } else { y[inner] = x[outer] }
      }
    }
    return y
  }
}

extension PageProgram.Graph {
  /// The shape of a value: 0 is the input, i + 1 the result of step i.
  func shape(_ value: Int) -> [Int] { value == 0 ? input.shape : steps[value - 1].shape }
}
