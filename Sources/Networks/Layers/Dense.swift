import Tensors

/// A fully connected layer: y = act(x·Wᵀ + b), with W of outputs × inputs.
///
/// W is PyTorch's `weight`. If the input is an image, its features are ordered channels last: PyTorch's
/// `weight.reshape(outputs, C, H, W).permute(0, 2, 3, 1)`. If the output is an image, the rows are ordered
/// the same way.
package final class Dense: Layer, FoldableSum {
  package var kind: String { "dense" }
  package let input: Shape
  package let output: Shape
  package let activation: Activation
  package let hasBias: Bool
  private let weightInitializer: Initializer
  private let biasInitializer: Initializer

  /// By default, weights are initialized by He's rule for ReLU and similar activations, and biases to zero.
  ///
  /// - Parameter hasBias: use false before batch normalization, which would cancel the bias.
  package init(
    _ input: Shape, _ output: Shape, _ activation: Activation, hasBias: Bool = true,
    weight: Initializer? = nil, bias: Initializer = .constant(0)
  ) {
    self.input = input
    self.output = output
    self.activation = activation
    self.hasBias = hasBias
    weightInitializer = weight ?? .he(fanIn: input.count)
    biasInitializer = bias
  }

  package var parameters: [Parameter] {
    let weight = Parameter("weight", shape: [output.count, input.count], weightInitializer)
    return hasBias ? [weight, Parameter("bias", shape: [output.count], biasInitializer)] : [weight]
  }

  package var weightUseCount: Int { parameterCount }

  /// The product before the activation, if the backward pass needs it.
  package func cacheCount(rows: Int) -> Int { activation.differentiatesInput ? rows * output.count : 0 }

  package func forward(_ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, _ pass: LayerPass) {
    let context = pass.context
    let kept = activation.differentiatesInput ? pass.cache : nil
    let x = Matrix(reading: x, rows: pass.rows, columns: input.count)
    let sum = Matrix(kept ?? y, rows: pass.rows, columns: output.count)
    let bias = hasBias ? pass.parameters + weightCount : nil
    let activation = kept == nil ? activation : .identity
    if case .matrix(let packed) = pass.packed {
      context.multiply(x, packed: packed, into: sum, bias: bias, activation: activation)
    } else {
      context.multiply(
        x, weight(pass.parameters).transposed, into: sum, bias: bias, activation: activation)
    }
    if let kept {
      context.activate(kept, count: pass.rows * output.count, self.activation, into: y)
    }
  }

  /// dz = dy · act′;  dW += dzᵀ·x;  db += Σ dz;  dx = dz·W
  package func backward(
    _ dy: UnsafeMutablePointer<Float>, x: UnsafePointer<Float>, y: UnsafePointer<Float>,
    into dx: UnsafeMutablePointer<Float>?, _ pass: LayerPass
  ) {
    let context = pass.context
    pass.activateBackward(dy, y: y, count: pass.rows * output.count, activation)
    let dz = Matrix(dy, rows: pass.rows, columns: output.count)
    if let gradient = pass.gradient {
      context.multiply(
        dz.transposed, Matrix(reading: x, rows: pass.rows, columns: input.count),
        into: Matrix(gradient, rows: output.count, columns: input.count), accumulating: true)
      if hasBias { context.columnSums(dz, into: gradient + weightCount, accumulating: true) }
    }
    if let dx {
      context.multiply(dz, weight(pass.parameters), into: Matrix(dx, rows: pass.rows, columns: input.count))
    }
  }

  package var isPiecewiseLinear: Bool { !activation.isCurved }

  /// u = (t·Wᵀ) · act′
  package func tangent(
    _ t: UnsafePointer<Float>, y: UnsafePointer<Float>, into u: UnsafeMutablePointer<Float>, _ pass: LayerPass
  ) {
    pass.context.multiply(
      Matrix(reading: t, rows: pass.rows, columns: input.count), weight(pass.parameters).transposed,
      into: Matrix(u, rows: pass.rows, columns: output.count))
    pass.activateBackward(u, y: y, count: pass.rows * output.count, activation)
  }

  private var weightCount: Int { output.count * input.count }

  /// W, outputs × inputs.
  private func weight(_ parameters: UnsafePointer<Float>) -> Matrix {
    Matrix(reading: parameters, rows: output.count, columns: input.count)
  }

  package func packed(
    _ parameters: UnsafePointer<Float>, tied: UnsafePointer<Float>?, context: Context
  ) throws(GenerativeError) -> PackedWeights? {
    .matrix(try PackedMatrix(weight(parameters).transposed, in: context))
  }

  // MARK: - Folding

  package var weightsPerOutput: Int { input.count }

  package var forInference: any FoldableSum { self }

  package func folding(_ activation: Activation) -> any FoldableSum {
    Dense(input, output, activation, weight: weightInitializer, bias: biasInitializer)
  }
}

extension Dense {
  package func write(to program: inout Program, _ numbers: LayerNumbers) {
    let weight = numbers.parameters.part(0, weightCount)
    program.append(
      .dense(weight: weight, isTransposed: false, bias: bias(numbers, after: weightCount, hasBias)),
      to: output)
    program.append(activation)
  }
}
