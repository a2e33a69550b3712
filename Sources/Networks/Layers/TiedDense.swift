import Tensors

/// A decoder's dense layer that shares an encoder's weights: y = act(x·W + b), where W, of outputs × inputs,
/// is the weight of the encoder's layer y·Wᵀ. There is one tensor, whose gradient is the sum of both layers'
/// gradients.
///
/// In PyTorch: `F.linear(x, encoder.weight.t(), decoder.bias)`. Only the bias is a parameter of this network.
package final class TiedDense: Layer {
  package var kind: String { "tied dense" }
  package let input: Shape
  package let output: Shape
  package let activation: Activation
  package let hasBias: Bool
  /// The index of W's first element in `LayerPass.tied`.
  private let weightOffset: Int
  private let biasInitializer: Initializer

  /// - Parameters:
  ///   - dense: the encoder's layer.
  ///   - weightOffset: the index of that layer's first parameter in the encoder's flat buffer.
  package init(
    _ dense: Dense, at weightOffset: Int, _ activation: Activation, hasBias: Bool = true,
    bias: Initializer = .constant(0)
  ) {
    input = dense.output
    output = dense.input
    self.activation = activation
    self.hasBias = hasBias
    self.weightOffset = weightOffset
    biasInitializer = bias
  }

  package var parameters: [Parameter] {
    hasBias ? [Parameter("bias", shape: [output.count], biasInitializer)] : []
  }

  /// The shared weights are not among the parameters.
  package var weightUseCount: Int { parameterCount + input.count * output.count }

  /// The product before the activation, if the backward pass needs it.
  package func cacheCount(rows: Int) -> Int { activation.differentiatesInput ? rows * output.count : 0 }

  package func forward(_ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, _ pass: LayerPass) {
    let context = pass.context
    let kept = activation.differentiatesInput ? pass.cache : nil
    let x = Matrix(reading: x, rows: pass.rows, columns: input.count)
    let sum = Matrix(kept ?? y, rows: pass.rows, columns: output.count)
    let bias = hasBias ? pass.parameters : nil
    let activation = kept == nil ? activation : .identity
    if case .matrix(let packed) = pass.packed {
      context.multiply(x, packed: packed, into: sum, bias: bias, activation: activation)
    } else if let weight = weight(pass.tied) {
      context.multiply(x, weight, into: sum, bias: bias, activation: activation)
    }
    if let kept {
      context.activate(kept, count: pass.rows * output.count, self.activation, into: y)
    }
  }

  /// dz = dy · act′;  dW += xᵀ·dz;  db += Σ dz;  dx = dz·Wᵀ
  package func backward(
    _ dy: UnsafeMutablePointer<Float>, x: UnsafePointer<Float>, y: UnsafePointer<Float>,
    into dx: UnsafeMutablePointer<Float>?, _ pass: LayerPass
  ) {
    let context = pass.context
    pass.activateBackward(dy, y: y, count: pass.rows * output.count, activation)
    let dz = Matrix(dy, rows: pass.rows, columns: output.count)
    if let gradient = pass.tiedGradient {
      context.multiply(
        Matrix(reading: x, rows: pass.rows, columns: input.count).transposed, dz,
        into: Matrix(gradient + weightOffset, rows: input.count, columns: output.count), accumulating: true)
    }
    if let gradient = pass.gradient, hasBias { context.columnSums(dz, into: gradient, accumulating: true) }
    if let dx, let weight = weight(pass.tied) {
      context.multiply(
        dz, weight.transposed, into: Matrix(dx, rows: pass.rows, columns: input.count))
    }
  }

  package func packed(
    _ parameters: UnsafePointer<Float>, tied: UnsafePointer<Float>?, context: Context
  ) throws(GenerativeError) -> PackedWeights? {
    try weight(tied).map { (weight) throws(GenerativeError) in
      .matrix(try PackedMatrix(weight, in: context))
    }
  }

  /// W, inputs × outputs of this layer.
  private func weight(_ tied: UnsafePointer<Float>?) -> Matrix? {
    tied.map { Matrix(reading: $0 + weightOffset, rows: input.count, columns: output.count) }
  }
}

extension TiedDense {
  package func write(to program: inout Program, _ numbers: LayerNumbers) {
    guard let weight = numbers.tied?.part(weightOffset, input.count * output.count) else { return }
    program.append(
      .dense(weight: weight, isTransposed: true, bias: bias(numbers, after: 0, hasBias)), to: output)
    program.append(activation)
  }
}
