import Tensors

/// A transposed convolution: y[i, c] = act(Σ x[o, k]·W[k, t, c] + b[c]) over i = o·stride − padding + t. It
/// is a convolution's gradient with respect to its input, channels last.
///
/// Zeiler et al., "Deconvolutional networks", CVPR 2010; the upsampling of DCGAN (Radford, Metz & Chintala,
/// ICLR 2016). W is input channels × kernel height × kernel width × filters: PyTorch's
/// `weight.permute(0, 2, 3, 1)`. For 1 × 1 images, `Dense` computes the same in a fraction of the time.
package final class TransposedConvolution: Layer, FoldableSum {
  package var kind: String { "transposed convolution" }
  package let activation: Activation
  package let hasBias: Bool
  private let product: ConvolutionProduct
  private let weightInitializer: Initializer
  private let biasInitializer: Initializer

  package var input: Shape { product.small }
  package var output: Shape { product.large }

  /// A layer that turns images of shape `input` into larger ones with `filters` channels: n pixels become (n
  /// − 1)·stride − 2·padding + kernel + outputPadding. `horizontal` defaults to `vertical`.
  ///
  /// By default, weights are initialized by He's rule for the taps that one pixel receives, and biases to
  /// zero.
  ///
  /// - Throws: `.argument` for a window that does not fit; `.limit` for one that is too large.
  package init(
    _ input: Shape, filters: Int, _ vertical: Window, horizontal: Window? = nil, outputPadding: Int = 0,
    _ activation: Activation, hasBias: Bool = true, weight: Initializer? = nil,
    bias: Initializer = .constant(0)
  ) throws(GenerativeError) {
    let (vertical, horizontal) = (vertical, horizontal ?? vertical)
    product = try ConvolutionProduct(
      ConvolutionAxis(small: input.height, vertical, outputPadding: outputPadding),
      ConvolutionAxis(small: input.width, horizontal, outputPadding: outputPadding),
      largeChannels: filters, smallChannels: input.channels)
    self.activation = activation
    self.hasBias = hasBias
    let taps = max(1, vertical.kernel / vertical.stride) * max(1, horizontal.kernel / horizontal.stride)
    weightInitializer = weight ?? .he(fanIn: input.channels * taps)
    biasInitializer = bias
  }

  package var parameters: [Parameter] {
    let weight = Parameter("weight", shape: product.weightShape, weightInitializer)
    return hasBias ? [weight, Parameter("bias", shape: [output.channels], biasInitializer)] : [weight]
  }

  package var weightUseCount: Int { parameterCount * input.height * input.width }

  /// The sum before the activation, if the backward pass needs it.
  package func cacheCount(rows: Int) -> Int { activation.differentiatesInput ? rows * output.count : 0 }

  package func scratchCount(rows: Int, context: Context) -> Int {
    product.scratchCount(rows: rows, context: context)
  }

  package func forward(_ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, _ pass: LayerPass) {
    let kept = activation.differentiatesInput ? pass.cache : nil
    product.spread(
      x, weight: pass.parameters, packed: pass.packedKernel, into: kept ?? y, rows: pass.rows,
      bias: hasBias ? pass.parameters + product.weightCount : nil,
      activation: kept == nil ? activation : .identity, scratch: pass.scratch, context: pass.context)
    if let kept {
      pass.context.activate(kept, count: pass.rows * output.count, activation, into: y)
    }
  }

  /// dz = dy · act′;  dW[k, t] += Σₒ x[o, k]·dz[o·stride − padding + t];  db += Σ dz;
  /// dx[o, k] = Σₜ dz[o·stride − padding + t]·W[k, t]
  package func backward(
    _ dy: UnsafeMutablePointer<Float>, x: UnsafePointer<Float>, y: UnsafePointer<Float>,
    into dx: UnsafeMutablePointer<Float>?, _ pass: LayerPass
  ) {
    let context = pass.context
    let count = pass.rows * output.count
    pass.activateBackward(dy, y: y, count: count, activation)
    if let gradient = pass.gradient {
      product.addWeightGradient(
        small: x, large: dy, into: gradient, rows: pass.rows, scratch: pass.scratch, context: context)
      if hasBias {
        let dz = Matrix(dy, rows: count / output.channels, columns: output.channels)
        context.columnSums(dz, into: gradient + product.weightCount, accumulating: true)
      }
    }
    if let dx {
      product.correlate(
        dy, weight: pass.parameters, into: dx, rows: pass.rows, scratch: pass.scratch, context: context)
    }
  }

  package func packed(
    _ parameters: UnsafePointer<Float>, tied: UnsafePointer<Float>?, context: Context
  ) throws(GenerativeError) -> PackedWeights? {
    try PackedKernel(parameters, of: product, .spreading, in: context).map { .kernel($0) }
  }

  // MARK: - Folding

  package var forInference: any FoldableSum {
    TransposedConvolution(
      product.forInference, activation, hasBias: hasBias, weightInitializer, biasInitializer)
  }

  package var weightsPerOutput: Int { 1 }

  package func folding(_ activation: Activation) -> any FoldableSum {
    TransposedConvolution(product.forInference, activation, hasBias: true, weightInitializer, biasInitializer)
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

extension TransposedConvolution {
  package func write(to program: inout Program, _ numbers: LayerNumbers) {
    let weight = numbers.parameters.part(0, product.weightCount)
    program.append(
      .transposedConvolution(
        product, weight: weight, bias: bias(numbers, after: product.weightCount, hasBias)),
      to: output)
    program.append(activation)
  }
}
