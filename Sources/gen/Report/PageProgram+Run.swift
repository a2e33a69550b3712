import Glibc

/// Computes a row as the page's script does, in the same order, so that the result can be compared with the library's
/// before the page is written.
extension PageProgram {
  /// The first output.
  func run(_ row: [Float], label: Int) throws -> [Float] {
    var values = [row]
    for step in steps { values.append(try result(of: step, values, label)) }
    return values[output]
  }

  private func result(of step: Step, _ values: [[Float]], _ label: Int) throws -> [Float] {
    let x = values[step.input]
    let from = shapes[step.input]
    let count = step.shape.reduce(1, *)
    let by = numbers(step, "by")
    let other = values[step.members["other"].integer]
    switch step.op {
    case "dense": return dense(step, x, count)
    case "convolution", "transposed_convolution": return convolution(step, x, from, count)
    case "scale": return x.indices.map { x[$0] * by[$0 % by.count] }
    case "offset": return x.indices.map { x[$0] + by[$0 % by.count] }
    case "class_offset":
      let channels = by.count / classCount
      return x.indices.map { x[$0] + by[label * channels + $0 % channels] }
    case "class_dense":
      let weight = numbers(step, "weight")
      return [x.indices.reduce(numbers(step, "bias")[0]) { $0 + weight[label * x.count + $1] * x[$1] }]
    case "exponential": return x.map { exp($0) }
    case "clamp":
      let (low, high) = (Float(step.members["low"].number), Float(step.members["high"].number))
      return x.map { min(max($0, low), high) }
    case "softmax":
      let most = x.max() ?? 0
      let powers = x.map { exp($0 - most) }
      let sum = powers.reduce(0, +)
      return powers.map { $0 / sum }
    case "pad", "crop": return framed(step, x, from, count)
    case "reshape": return x
    case "slice":
      let first = step.members["first"].integer
      return Array(x[first..<first + count])
    case "add": return x.indices.map { x[$0] + other[$0] }
    case "subtract": return x.indices.map { x[$0] - other[$0] }
    case "multiply": return x.indices.map { x[$0] * other[$0] }
    case "sum": return [x.reduce(0, +)]
    default:
      guard let function = PageProgram.activation(step) else {
        throw Failure(description: "this tool does not know the operation \(step.op)")
      }
      return x.map(function)
    }
  }

  private static func activation(_ step: Step) -> ((Float) -> Float)? {
    let slope = Float(step.members["slope"].number)
    return switch step.op {
    case "relu": { max(0, $0) }
    case "leaky_relu": { $0 > 0 ? $0 : slope * $0 }
    case "silu": { $0 / (1 + exp(-$0)) }
    case "elu": { $0 > 0 ? $0 : expm1($0) }
    case "tanh": { tanh($0) }
    case "softplus": { max($0, 0) + log1p(exp(-abs($0))) }
    case "sigmoid": { 1 / (1 + exp(-$0)) }
    default: nil
    }
  }

  /// The numbers of a member of a step; empty if it has none of this name.
  private func numbers(_ step: Step, _ name: String) -> [Float] {
    let place = step.members[name].elements.map(\.integer)
    return place.count == 2 ? Array(numbers[place[0]..<place[0] + place[1]]) : []
  }

  /// The bias of each value, or 0.
  private func biases(_ step: Step, _ count: Int) -> [Float] {
    let bias = numbers(step, "bias")
    return (0..<count).map { bias.isEmpty ? 0 : bias[$0 % bias.count] }
  }

  private func dense(_ step: Step, _ x: [Float], _ count: Int) -> [Float] {
    let weight = numbers(step, "weight")
    var y = biases(step, count)
    for o in 0..<count {
      for i in x.indices { y[o] += weight[o * x.count + i] * x[i] }
    }
    return y
  }

  /// The weight is K × height × width × C, where C are the channels of the larger image.
  private func convolution(_ step: Step, _ x: [Float], _ from: [Int], _ count: Int) -> [Float] {
    let isUp = step.op == "transposed_convolution"
    let (small, large) = isUp ? (from, step.shape) : (step.shape, from)
    func pair(_ name: String) -> [Int] { step.members[name].elements.map(\.integer) }
    let (kernel, stride, padding) = (pair("kernel"), pair("stride"), pair("padding"))
    let (k, c) = (small[2], large[2])
    let weight = numbers(step, "weight")
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
              let w = ((f * kernel[0] + ty) * kernel[1] + tx) * c
              let pixel = (i * large[1] + j) * c
              for channel in 0..<c {
                if isUp {
                  y[pixel + channel] += x[place] * weight[w + channel]
                } else {
                  y[place] += x[pixel + channel] * weight[w + channel]
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
  private func framed(_ step: Step, _ x: [Float], _ from: [Int], _ count: Int) -> [Float] {
    let isPad = step.op == "pad"
    let (small, large) = isPad ? (from, step.shape) : (step.shape, from)
    let (top, left) = (step.members["top"].integer, step.members["left"].integer)
    var y = [Float](repeating: 0, count: count)
    for i in 0..<small[0] {
      for j in 0..<small[1] * small[2] {
        let inner = i * small[1] * small[2] + j
        let outer = ((top + i) * large[1] + left) * large[2] + j
        if isPad { y[outer] = x[inner] } else { y[inner] = x[outer] }
      }
    }
    return y
  }
}
