import Glibc
import Tensors

/// ‖∂h/∂x‖²_F of an encoder h(x) with dense layers, and its gradient: the penalty of a contractive
/// autoencoder (Rifai, Vincent, Muller, Glorot & Bengio, "Contractive auto-encoders: explicit invariance
/// during feature extraction", ICML 2011).
///
/// With z = W·a + b and a = φ(z) for each layer, J = ∂h/∂x is a product of factors diag(φ′)·W.
///
/// For one layer there is a closed form, ‖J‖² = Σⱼ φ′(zⱼ)² ‖Wⱼ‖². For deeper encoders, an unbiased estimate
/// uses one vector v of random signs per row, because E ‖Jᵀv‖² = ‖J‖² (Hutchinson, "A stochastic estimator of
/// the trace of the influence matrix", 1990):
///
///     r_L = v,  δ = r · φ′(z),  r₋ = δ·W  down to Jᵀv,  then up again:  t = φ′(z) · (W·t₋)
///
/// The gradient of the estimate is exact, including the terms with φ″.
package final class JacobianPenalty: Sendable {
  private let network: Network
  private let context: Context
  /// r for each layer, later the penalty's contribution to the gradient of its sum z.
  private let r: [Buffer<Float>]
  /// δ for each layer, later t.
  private let delta: [Buffer<Float>]
  /// Jᵀv for each row, in a deep encoder.
  private let product: Buffer<Float>
  /// W·t₋, as wide as the widest layer; in an encoder of one layer, ‖Wⱼ‖².
  private let sums: Buffer<Float>

  /// - Parameter network: dense layers only.
  /// - Throws: `.internalFault` for other layers; `.memory`.
  package init(_ network: Network, rows: Int, context: Context) throws(GenerativeError) {
    self.network = network
    self.context = context
    guard network.layers.allSatisfy({ $0 is Dense }) else {
      throw GenerativeError(.internalFault, "the \(network.name) has layers that are not dense")
    }
    var (r, delta): ([Buffer<Float>], [Buffer<Float>]) = ([], [])
    for layer in network.layers {
      r.append(try Buffer(count: rows * layer.output.count, in: context.memory))
      delta.append(try Buffer(count: rows * layer.output.count, in: context.memory))
    }
    (self.r, self.delta) = (r, delta)
    let isDeep = network.layers.count > 1
    product = try Buffer(count: isDeep ? rows * network.input.count : 0, in: context.memory)
    let widest = network.layers.reduce(0) { max($0, $1.output.count) }
    sums = try Buffer(count: isDeep ? rows * widest : widest, in: context.memory)
  }

  /// The number of floats needed per row.
  package static func rowFloats(_ network: Network) -> Int {
    let widths = network.layers.map({ $0.output.count })
    let both = 2 * widths.reduce(0, +)
    return widths.count > 1 ? both + network.input.count + (widths.max() ?? 0) : both
  }

  /// The cost in passes of the network: down, up, their gradient, and the backward pass of the sum. A single
  /// layer needs only half of the latter.
  package static func passCount(_ network: Network) -> Int { network.layers.count > 1 ? 5 : 1 }

  /// losses[i] ← ‖J‖² for row i, or its estimate if there are several layers. If given, gradient +=
  /// gradientScale · the gradient of the sum of the losses.
  ///
  /// - Parameters:
  ///   - workspace: as left by `forward` of x.
  ///   - firstRow: the index of the first row in its batch.
  ///   - random: the source of v.
  package func evaluate(
    _ x: UnsafePointer<Float>, rows: Int, firstRow: Int = 0, _ weights: Weights, _ workspace: Workspace,
    _ random: Random,
    losses: UnsafeMutablePointer<Float>, gradientScale: Float = 1,
    gradient: UnsafeMutablePointer<Float>? = nil
  ) {
    let pass = Pass(x: x, rows: rows, weights: weights, workspace: workspace, gradient: gradient)
    if network.layers.count == 1 {
      evaluateClosed(pass, losses: losses, gradientScale: gradientScale)
    } else {
      evaluateEstimate(pass, firstRow, random, losses: losses, gradientScale: gradientScale)
    }
    if gradient != nil, network.layers.contains(where: { ($0 as? Dense)?.activation.isCurved ?? false }) {
      backward(pass)
    }
  }

  // MARK: - The penalty and its contribution to the gradient of each z

  private struct Pass {
    let x: UnsafePointer<Float>
    let rows: Int
    let weights: Weights
    let workspace: Workspace
    let gradient: UnsafeMutablePointer<Float>?
  }

  /// ‖J‖² = Σⱼ φ′ⱼ² ‖Wⱼ‖²;  dW += 2 φ′² W;  dz = 2 φ′ φ″ ‖W‖²
  private func evaluateClosed(_ pass: Pass, losses: UnsafeMutablePointer<Float>, gradientScale: Float) {
    let (rows, width) = (pass.rows, network.output.count)
    let weight = weight(0, pass)
    context.squaredNorms(weight, into: sums.base)
    let (slope, norms) = (delta[0].base, sums.base)
    r[0].base.update(repeating: 1, count: rows * width)
    activateBackward(r[0].base, 0, pass, into: slope)
    for i in 0..<rows {
      var total = 0.0
      for j in 0..<width {
        let s = slope[i * width + j]
        total += Double(s * s * norms[j])
      }
      losses[i] = Float(total)
    }
    guard let gradient = pass.gradient else { return }
    activateTwice(slope, 0, pass, into: r[0].base)
    for i in 0..<rows {
      for j in 0..<width { r[0].base[i * width + j] *= 2 * gradientScale * norms[j] }
    }
    context.multiply(slope, by: slope, count: rows * width, into: slope)
    context.columnSums(matrix(delta[0], 0, pass), into: sums.base)
    for j in 0..<width {
      context.combine(
        2 * gradientScale * sums.base[j], weight.base + j * weight.columnCount, 1,
        into: gradient + j * weight.columnCount, count: weight.columnCount)
    }
  }

  /// ‖Jᵀv‖²;  dW += δᵀ·t₋;  dz = r · (W·t₋) · φ″, with t₀ = 2 Jᵀv
  private func evaluateEstimate(
    _ pass: Pass, _ firstRow: Int, _ random: Random, losses: UnsafeMutablePointer<Float>,
    gradientScale: Float
  ) {
    let (rows, last) = (pass.rows, network.layers.count - 1)
    let signs = r[last].base
    context.fillUniform(signs, count: rows * width(last), from: random, offset: firstRow * width(last))
    for i in 0..<rows * width(last) { signs[i] = signs[i] < 0.5 ? -1 : 1 }
    for index in (0...last).reversed() {
      activateBackward(r[index].base, index, pass, into: delta[index].base)
      let below = index == 0 ? product : r[index - 1]
      context.multiply(
        matrix(delta[index], index, pass), weight(index, pass),
        into: Matrix(below.base, rows: rows, columns: network.layers[index].input.count))
    }
    let jacobian = Matrix(product.base, rows: rows, columns: network.input.count)
    context.squaredNorms(jacobian, into: losses)
    guard let gradient = pass.gradient else { return }

    var t = jacobian
    context.scale(t.base, by: 2 * gradientScale, count: rows * t.columnCount, into: t.base)
    for index in 0...last {
      let weight = weight(index, pass)
      context.multiply(
        matrix(delta[index], index, pass).transposed, t,
        into: Matrix(
          gradient + network.parameterOffsets[index], rows: weight.rowCount, columns: weight.columnCount),
        accumulating: true)
      let sum = matrix(sums, index, pass)
      context.multiply(t, weight.transposed, into: sum)
      let count = rows * width(index)
      context.multiply(r[index].base, by: sum.base, count: count, into: r[index].base)
      t = matrix(delta[index], index, pass)
      activateBackward(sum.base, index, pass, into: t.base)
      // r of this layer is no longer needed; r · (W·t₋) · φ″ takes its place.
      activateTwice(r[index].base, index, pass, into: sum.base)
      r[index].base.update(from: sum.base, count: count)
    }
  }

  /// Propagates each dz through the network: dW += dzᵀ·a₋, db += Σ dz, and dz₋ += (dz·W) · φ′.
  private func backward(_ pass: Pass) {
    guard let gradient = pass.gradient else { return }
    for index in network.layers.indices.reversed() {
      guard let layer = network.layers[index] as? Dense else { continue }
      let dz = matrix(r[index], index, pass)
      let weight = weight(index, pass)
      let input = index == 0 ? pass.x : UnsafePointer(pass.workspace.output(index - 1))
      let dWeight = gradient + network.parameterOffsets[index]
      context.multiply(
        dz.transposed, Matrix(reading: input, rows: pass.rows, columns: weight.columnCount),
        into: Matrix(dWeight, rows: weight.rowCount, columns: weight.columnCount), accumulating: true)
      if layer.hasBias {
        context.columnSums(dz, into: dWeight + weight.rowCount * weight.columnCount, accumulating: true)
      }
      guard index > 0 else { return }
      let below = matrix(delta[index - 1], index - 1, pass)
      context.multiply(dz, weight, into: below)
      activateBackward(below.base, index - 1, pass, into: below.base)
      context.combine(1, below.base, 1, into: r[index - 1].base, count: pass.rows * width(index - 1))
    }
  }

  // MARK: - Layers

  private func width(_ index: Int) -> Int { network.layers[index].output.count }

  /// W of a layer, outputs × inputs.
  private func weight(_ index: Int, _ pass: Pass) -> Matrix {
    Matrix(
      pass.weights.parameters.base + network.parameterOffsets[index], rows: width(index),
      columns: network.layers[index].input.count)
  }

  private func matrix(_ buffer: Buffer<Float>, _ index: Int, _ pass: Pass) -> Matrix {
    Matrix(buffer.base, rows: pass.rows, columns: width(index))
  }

  /// y ← x · φ′ for a layer. Both may be the same memory.
  private func activateBackward(
    _ x: UnsafePointer<Float>, _ index: Int, _ pass: Pass, into y: UnsafeMutablePointer<Float>
  ) {
    let (activation, saved) = saved(index, pass)
    context.activateBackward(x, saved: saved, count: pass.rows * width(index), activation, into: y)
  }

  /// y ← x · φ″ for a layer.
  private func activateTwice(
    _ x: UnsafePointer<Float>, _ index: Int, _ pass: Pass, into y: UnsafeMutablePointer<Float>
  ) {
    let (activation, saved) = saved(index, pass)
    context.activateTwiceBackward(x, saved: saved, count: pass.rows * width(index), activation, into: y)
  }

  /// What a layer kept from its pass for the derivatives of its activation.
  private func saved(_ index: Int, _ pass: Pass) -> (Activation, UnsafePointer<Float>) {
    let activation = (network.layers[index] as? Dense)?.activation ?? .identity
    let output = pass.workspace.output(index)
    return (
      activation,
      UnsafePointer(activation.differentiatesInput ? pass.workspace.cache(index) ?? output : output)
    )
  }
}
