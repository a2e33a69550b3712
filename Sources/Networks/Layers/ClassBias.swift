import Tensors

/// A bias for every class: y = act(x + κ·b[label]), per channel.
///
/// This is equivalent to joining labels to the input of the preceding layer (Mirza & Osindero, "Conditional
/// generative adversarial nets", 2014). The layer's product with a one-hot vector is a column of its weight.
/// A convolution of constant one-hot planes is the sum of the taps in its window, except where the window
/// extends past the border. κ is the number of those taps: Adam moves each tap by the learning rate, and so
/// their sum by κ times the rate.
package final class ClassBias: FoldableBiases {
  package var kind: String { "class bias" }
  package let input: Shape
  package let classCount: Int
  package let activation: Activation
  /// κ
  package let tapCount: Int
  private let initializer: Initializer

  package var output: Shape { input }
  package var parameters: [Parameter] {
    [Parameter("class_bias", shape: [classCount, input.channels], initializer)]
  }

  package init(
    _ shape: Shape, classCount: Int, tapCount: Int = 1, _ activation: Activation = .identity,
    start: Initializer = .constant(0)
  ) {
    input = shape
    self.classCount = classCount
    self.tapCount = tapCount
    self.activation = activation
    initializer = start
  }

  package func with(_ activation: Activation) -> any FoldableBiases {
    ClassBias(input, classCount: classCount, tapCount: tapCount, activation, start: initializer)
  }

  package var weightUseCount: Int { output.count }
  package var usesLabels: Bool { true }
  package var levelRole: LevelRole { .finishes }

  /// The sum, if the backward pass needs it.
  package func cacheCount(rows: Int) -> Int { activation.differentiatesInput ? rows * input.count : 0 }

  /// One row's column sums.
  package func scratchCount(rows: Int, context: Context) -> Int { input.channels }

  /// Without labels, all biases are zero.
  package func forward(_ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, _ pass: LayerPass) {
    let sum = activation.differentiatesInput ? pass.cache ?? y : y
    let (channels, count) = (input.channels, input.count)
    if let labels = pass.labels {
      let scale = Float(tapCount)
      pass.context.parallel(pass.rows) { row in
        let bias = pass.parameters + Int(labels[row]) * channels
        for start in stride(from: row * count, to: (row + 1) * count, by: channels) {
          for c in 0..<channels { sum[start + c] = x[start + c] + scale * bias[c] }
        }
      }
    } else {
      sum.update(from: x, count: pass.rows * count)
    }
    if activation != .identity { pass.context.activate(sum, count: pass.rows * count, activation, into: y) }
  }

  /// dx = dz = dy · act′;  db[label] += κ·Σ dz
  package func backward(
    _ dy: UnsafeMutablePointer<Float>, x: UnsafePointer<Float>, y: UnsafePointer<Float>,
    into dx: UnsafeMutablePointer<Float>?, _ pass: LayerPass
  ) {
    let (channels, count) = (input.channels, input.count)
    pass.activateBackward(dy, y: y, count: pass.rows * count, activation)
    if let gradient = pass.gradient, let labels = pass.labels {
      for row in 0..<pass.rows {
        let dz = Matrix(dy + row * count, rows: count / channels, columns: channels)
        pass.context.columnSums(dz, into: pass.scratch)
        pass.context.combine(
          Float(tapCount), pass.scratch, 1, into: gradient + Int(labels[row]) * channels, count: channels)
      }
    }
    dx?.update(from: dy, count: pass.rows * count)
  }

  package var isPiecewiseLinear: Bool { !activation.isCurved }

  /// u = t · act′
  package func tangent(
    _ t: UnsafePointer<Float>, y: UnsafePointer<Float>, into u: UnsafeMutablePointer<Float>, _ pass: LayerPass
  ) {
    u.update(from: t, count: pass.rows * input.count)
    pass.activateBackward(u, y: y, count: pass.rows * input.count, activation)
  }
}

extension ClassBias {
  package func write(to program: inout Program, _ numbers: LayerNumbers) throws(GenerativeError) {
    let biases = numbers.parameters
    program.append(
      .classOffset(try Numbers(biases.count, in: numbers.context) { Float(tapCount) * biases.base[$0] }))
    program.append(activation)
  }
}
