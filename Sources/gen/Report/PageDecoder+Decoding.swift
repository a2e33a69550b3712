import Glibc

/// Decodes as the page's script does, in the same order, so that the result can be compared with the library's
/// before the page is written.
extension PageDecoder {
  func decode(_ latent: [Float], label: Int) -> [Float] {
    var x = latent
    var shape = Shape(height: 1, width: 1, channels: latent.count)
    for layer in layers {
      x =
        layer.kind == .crop
        ? PageDecoder.cropped(x, shape, to: layer) : PageDecoder.forward(x, layer, label: label)
      shape = layer.output
    }
    return x
  }

  /// The middle of an image of `shape`.
  private static func cropped(_ x: [Float], _ shape: Shape, to layer: Layer) -> [Float] {
    let (height, count) = (layer.output.height, layer.output.width * layer.output.channels)
    let (top, left) = ((shape.height - height) / 2, (shape.width - layer.output.width) / 2)
    let lines = (0..<height).flatMap { i in
      let start = ((top + i) * shape.width + left) * shape.channels
      return x[start..<start + count]
    }
    return lines.map { activated($0, layer.activation) }
  }

  private static func forward(_ x: [Float], _ layer: Layer, label: Int) -> [Float] {
    let channels = layer.bias.count
    var y = (0..<layer.output.count).map { index in
      let c = index % channels
      return layer.bias[c] + (layer.classBias.isEmpty ? 0 : layer.classBias[label * channels + c])
    }
    switch layer.kind {
    case .dense:
      for o in y.indices {
        for i in x.indices { y[o] += layer.weight[o * x.count + i] * x[i] }
      }
    case .transposed: addTransposed(x, layer, to: &y)
    case .bias: for index in y.indices { y[index] += x[index] }
    case .crop: break
    }
    return y.map { activated($0, layer.activation) }
  }

  /// y[2·o − 1 + t, c] += Σₖ x[o, k]·W[k, t, c]
  private static func addTransposed(_ x: [Float], _ layer: Layer, to y: inout [Float]) {
    let (height, width, channels) = (layer.output.height, layer.output.width, layer.output.channels)
    let (rows, columns) = (height / 2, width / 2)
    let inputs = x.count / (rows * columns)
    for r in 0..<rows {
      for s in 0..<columns {
        for k in 0..<inputs {
          let value = x[(r * columns + s) * inputs + k]
          for t in 0..<16 {
            let (i, j) = (2 * r - 1 + t / 4, 2 * s - 1 + t % 4)
            guard (0..<height).contains(i), (0..<width).contains(j) else { continue }
            let (from, to) = ((k * 16 + t) * channels, (i * width + j) * channels)
            for c in 0..<channels { y[to + c] += value * layer.weight[from + c] }
          }
        }
      }
    }
  }

  private static func activated(_ x: Float, _ activation: String) -> Float {
    switch activation {
    case "relu": max(0, x)
    case "leaky_relu": x > 0 ? x : 0.2 * x
    case "silu": x / (1 + exp(-x))
    case "elu": x > 0 ? x : expm1(x)
    case "tanh": tanh(x)
    case "softplus": max(x, 0) + log1p(exp(-abs(x)))
    case "sigmoid": 1 / (1 + exp(-x))
    case "unit_tanh": (tanh(x) + 1) / 2
    default: x
    }
  }
}
