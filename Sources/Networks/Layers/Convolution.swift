import Tensors

/// A convolution: y[o, k] = act(Σₜ x[o·stride − padding + t]·W[k, t] + b[k]), channels last.
///
/// W is filters × kernel height × kernel width × channels: PyTorch's `weight.permute(0, 2, 3, 1)`.
package final class Convolution: Layer, FoldableSum {
  package var kind: String { "convolution" }
  package let activation: Activation
  package let hasBias: Bool
  private let product: ConvolutionProduct
  private let weightInitializer: Initializer
  private let biasInitializer: Initializer

  package var input: Shape { product.large }
  package var output: Shape { product.small }

  /// A layer of `filters` filters on images of shape `input`. `horizontal` defaults to `vertical`.
  ///
  /// By default, weights are initialized by He's rule for ReLU and similar activations, and biases to zero.
  ///
  /// - Parameter hasBias: use false before batch normalization, which would cancel the bias.
  /// - Throws: `.argument` for a window that does not fit; `.limit` for one that is too large.
  package init(
    _ input: Shape, filters: Int, _ vertical: Window, horizontal: Window? = nil,
    _ activation: Activation, hasBias: Bool = true, weight: Initializer? = nil,
    bias: Initializer = .constant(0)
  ) throws(GenerativeError) {
    product = try ConvolutionProduct(
      ConvolutionAxis(large: input.height, vertical),
      ConvolutionAxis(large: input.width, horizontal ?? vertical),
      largeChannels: input.channels, smallChannels: filters)
    self.activation = activation
    self.hasBias = hasBias
    weightInitializer = weight ?? .he(fanIn: product.weightStride)
    biasInitializer = bias
  }

  package var parameters: [Parameter] {
    let weight = Parameter("weight", shape: product.weightShape, weightInitializer)
    return hasBias ? [weight, Parameter("bias", shape: [output.channels], biasInitializer)] : [weight]
  }

  package var weightUseCount: Int { parameterCount * output.height * output.width }
  package var levelRole: LevelRole { .begins }

  /// The sum before the activation, if the backward pass needs it.
  package func cacheCount(rows: Int) -> Int { activation.differentiatesInput ? rows * output.count : 0 }

  package func scratchCount(rows: Int, context: Context) -> Int {
    product.scratchCount(rows: rows, context: context)
  }

  package func forward(_ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, _ pass: LayerPass) {
    let kept = activation.differentiatesInput ? pass.cache : nil
    product.correlate(
      x, weight: pass.parameters, packed: pass.packedKernel, into: kept ?? y, rows: pass.rows,
      bias: hasBias ? pass.parameters + product.weightCount : nil,
      activation: kept == nil ? activation : .identity, scratch: pass.scratch, context: pass.context)
    if let kept {
      pass.context.activate(kept, count: pass.rows * output.count, activation, into: y)
    }
  }

  /// dz = dy · act′;  dW[k, t] += Σₒ dz[o, k]·x[o·stride − padding + t];  db += Σ dz;
  /// dx[i] = Σ dz[o, k]·W[k, t] over i = o·stride − padding + t
  package func backward(
    _ dy: UnsafeMutablePointer<Float>, x: UnsafePointer<Float>, y: UnsafePointer<Float>,
    into dx: UnsafeMutablePointer<Float>?, _ pass: LayerPass
  ) {
    let context = pass.context
    let count = pass.rows * output.count
    pass.activateBackward(dy, y: y, count: count, activation)
    if let gradient = pass.gradient {
      product.addWeightGradient(
        small: dy, large: x, into: gradient, rows: pass.rows, scratch: pass.scratch, context: context)
      if hasBias {
        let dz = Matrix(dy, rows: count / output.channels, columns: output.channels)
        context.columnSums(dz, into: gradient + product.weightCount, accumulating: true)
      }
    }
    if let dx {
      product.spread(
        dy, weight: pass.parameters, into: dx, rows: pass.rows, scratch: pass.scratch, context: context)
    }
  }

  package var isPiecewiseLinear: Bool { !activation.isCurved }

  /// u[o, k] = act′ · Σₜ t[o·stride − padding + t]·W[k, t]
  package func tangent(
    _ t: UnsafePointer<Float>, y: UnsafePointer<Float>, into u: UnsafeMutablePointer<Float>, _ pass: LayerPass
  ) {
    product.correlate(
      t, weight: pass.parameters, packed: nil, into: u, rows: pass.rows, bias: nil, activation: .identity,
      scratch: pass.scratch, context: pass.context)
    pass.activateBackward(u, y: y, count: pass.rows * output.count, activation)
  }

  package func packed(
    _ parameters: UnsafePointer<Float>, tied: UnsafePointer<Float>?, context: Context
  ) throws(GenerativeError) -> PackedWeights? {
    try PackedKernel(parameters, of: product, .correlation, in: context).map { .kernel($0) }
  }

  // MARK: - Folding

  package var forInference: any FoldableSum {
    Convolution(product.forInference, activation, hasBias: hasBias, weightInitializer, biasInitializer)
  }

  package var weightsPerOutput: Int { product.weightStride }

  package func folding(_ activation: Activation) -> any FoldableSum {
    Convolution(product.forInference, activation, hasBias: true, weightInitializer, biasInitializer)
  }

  private init(
    _ product: ConvolutionProduct, _ activation: Activation, hasBias: Bool, _ weight: Initializer,
    _ bias: Initializer
  ) {
    self.product = product
    self.activation = activation
    self.hasBias = hasBias
    weightInitializer = weight
    biasInitializer = bias
  }
}

extension Convolution {
  package func write(to program: inout Program, _ numbers: LayerNumbers) {
    let weight = numbers.parameters.part(0, product.weightCount)
    program.append(
      .convolution(product, weight: weight, bias: bias(numbers, after: product.weightCount, hasBias)),
      to: output)
    program.append(activation)
  }
}
