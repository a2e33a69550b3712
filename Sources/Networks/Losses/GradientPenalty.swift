import Tensors

/// A discriminator's penalty on the length of ∇D(x), the gradient of its output l with respect to a row x,
/// with its exact gradient.
///
/// D must be piecewise linear. Let r be the gradient of l with respect to each layer's output, computed
/// downward to ∇D, and t₀ = ∂penalty/∂∇D, propagated upward again. Then the gradient equals the
/// gradient of the bilinear form r·W·t:
///
///     r₋ = (r · φ′)·W,   t = φ′ · (W·t₋),   dW = (r · φ′)ᵀ·t₋
///
/// Biases do not appear in it.
package final class GradientPenalty: Sendable {
  /// The penalty of a row.
  package enum Term: Sendable {
    /// ½·‖∇D‖² (Mescheder, Geiger & Nowozin, "Which training methods for GANs do actually converge?", ICML 2018,
    /// equation 9: R1 at real rows).
    case zero
    /// (‖∇D‖ − 1)² (Gulrajani et al., "Improved training of Wasserstein GANs", NeurIPS 2017, equation 3: at points
    /// between real and generated rows).
    case one

    /// The loss, and the factor of ∇D in its derivative with respect to ∇D.
    func evaluate(_ squaredNorm: Double) -> (loss: Double, factor: Double) {
      switch self {
      case .zero: return (squaredNorm / 2, 1)
      case .one:
        let norm = squaredNorm.squareRoot()
        // At 0 the slope has no direction.
        return ((norm - 1) * (norm - 1), norm > 0 ? 2 * (norm - 1) / norm : 0)
      }
    }
  }

  private let network: Network
  private let context: Context
  /// r for each layer's input.
  private let r: [Buffer<Float>]
  /// t and the next t, or r while backward overwrites it. Each is as wide as the widest layer.
  private let alternating: [Buffer<Float>]
  /// The gradient of one layer, including biases.
  private let gradient: Buffer<Float>

  /// - Parameters:
  ///   - network: must have one output.
  ///   - rows: maximum number of rows in a pass.
  /// - Throws: `.internalFault` for a network that is not piecewise linear; `.memory`.
  package init(_ network: Network, rows: Int, context: Context) throws(GenerativeError) {
    if let layer = network.layers.first(where: { !$0.isPiecewiseLinear }) {
      throw GenerativeError(
        .internalFault, "the \(network.name) has a \(layer.kind), which is not piecewise linear")
    }
    self.network = network
    self.context = context
    var r: [Buffer<Float>] = []
    for layer in network.layers { r.append(try Buffer(count: rows * layer.input.count, in: context.memory)) }
    self.r = r
    let widest = network.layers.reduce(0) { max($0, $1.input.count, $1.output.count) }
    var alternating: [Buffer<Float>] = []
    for _ in 0..<3 { alternating.append(try Buffer(count: rows * widest, in: context.memory)) }
    self.alternating = alternating
    gradient = try Buffer(
      count: network.layers.reduce(0) { max($0, $1.parameterCount) }, in: context.memory)
  }

  /// The number of floats needed per row, and in total on top of that.
  package static func floats(_ network: Network) -> (perRow: Int, own: Int) {
    let inputs = network.layers.reduce(0) { $0 + $1.input.count }
    let widest = network.layers.reduce(0) { max($0, $1.input.count, $1.output.count) }
    return (inputs + 3 * widest, network.layers.reduce(0) { max($0, $1.parameterCount) })
  }

  /// The cost in passes of the network: down, up, and the gradient of the weights.
  package static let passCount = 3

  /// losses[i] ← weight · the term for row i. If given, gradient += gradientScale · the gradient of the sum
  /// of the losses.
  ///
  /// - Parameters:
  ///   - labels: as passed to forward.
  ///   - workspace: as left by `forward` of x in `mode`.
  package func evaluate(
    _ term: Term, weight: Float, _ x: UnsafePointer<Float>, rows: Int,
    given labels: UnsafePointer<Int32>? = nil,
    _ weights: Weights, _ workspace: Workspace, _ mode: Mode, losses: UnsafeMutablePointer<Float>,
    gradientScale: Float = 1, gradient: UnsafeMutablePointer<Float>? = nil
  ) {
    let layers = network.layers
    let (width, copy) = (network.input.count, alternating[2].base)
    func pass(_ index: Int, _ gradient: UnsafeMutablePointer<Float>? = nil) -> LayerPass {
      var pass = network.pass(index, rows, labels, weights, workspace, mode)
      pass.gradient = gradient
      return pass
    }
    func input(_ index: Int) -> UnsafePointer<Float> {
      index == 0 ? x : UnsafePointer(workspace.output(index - 1))
    }
    /// Copies r for the output of layer `index`, so that it may be overwritten.
    func takeR(_ index: Int) {
      if index == layers.count - 1 {
        copy.update(repeating: 1, count: rows)
      } else {
        copy.update(from: r[index + 1].base, count: rows * layers[index].output.count)
      }
    }
    for index in layers.indices.reversed() {
      takeR(index)
      layers[index].backward(
        copy, x: input(index), y: UnsafePointer(workspace.output(index)), into: r[index].base, pass(index))
    }

    let jacobian = Matrix(r[0].base, rows: rows, columns: width)
    context.squaredNorms(jacobian, into: losses)
    var (t, next) = (alternating[0].base, alternating[1].base)
    for i in 0..<rows {
      let (loss, factor) = term.evaluate(Double(losses[i]))
      losses[i] = weight * Float(loss)
      context.scale(
        r[0].base + i * width, by: gradientScale * weight * Float(factor), count: width, into: t + i * width)
    }
    guard let gradient else { return }

    for (index, layer) in layers.enumerated() {
      let y = UnsafePointer(workspace.output(index))
      // Only the weight, the first parameter, multiplies the input.
      if let parameter = layer.parameters.first, parameter.name == "weight" {
        self.gradient.base.update(repeating: 0, count: layer.parameterCount)
        takeR(index)
        layer.backward(copy, x: t, y: y, into: nil, pass(index, self.gradient.base))
        context.combine(
          1, self.gradient.base, 1, into: gradient + network.parameterOffsets[index], count: parameter.count)
      }
      guard index < layers.count - 1 else { return }
      layer.tangent(t, y: y, into: next, pass(index))
      swap(&t, &next)
    }
  }
}
