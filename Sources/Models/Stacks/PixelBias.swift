import Networks
import Tensors

/// A bias for every pixel: y = act(x + b). The preceding convolution has at most one bias per channel. It
/// learns the mean image.
final class PixelBias: Layer {
  var kind: String { "pixel bias" }
  let input: Shape
  /// Must not be an activation whose derivative is computed from its input.
  let activation: Activation

  init(input: Shape, activation: Activation) {
    self.input = input
    self.activation = activation
  }

  var output: Shape { input }
  var parameters: [Parameter] {
    [Parameter("bias", shape: [input.height, input.width, input.channels], .constant(0))]
  }

  var weightUseCount: Int { parameterCount }

  func forward(_ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, _ pass: LayerPass) {
    for row in 0..<pass.rows {
      let offset = row * input.count
      for i in 0..<input.count { y[offset + i] = x[offset + i] + pass.parameters[i] }
    }
    if activation != .identity {
      pass.context.activate(y, count: pass.rows * input.count, activation, into: y)
    }
  }

  /// dx = dz = dy · act′;  db += Σ dz
  func backward(
    _ dy: UnsafeMutablePointer<Float>, x: UnsafePointer<Float>, y: UnsafePointer<Float>,
    into dx: UnsafeMutablePointer<Float>?, _ pass: LayerPass
  ) {
    let count = pass.rows * input.count
    if activation != .identity {
      pass.context.activateBackward(dy, saved: y, count: count, activation, into: dy)
    }
    if let gradient = pass.gradient {
      pass.context.columnSums(
        Matrix(dy, rows: pass.rows, columns: input.count), into: gradient, accumulating: true)
    }
    dx?.update(from: dy, count: count)
  }
}

extension PixelBias {
  func write(to program: inout Program, _ numbers: LayerNumbers) {
    program.append(.offset(numbers.parameters))
    program.append(activation)
  }
}
