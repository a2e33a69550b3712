import Glibc
import Tensors

/// A layer whose weight is divided by its largest singular value: W̄ = W / σ(W).
///
/// Miyato, Kataoka, Koyama & Yoshida, "Spectral normalization for generative adversarial networks", ICLR
/// 2018, algorithm 1. W is outputs × inputs. Each training pass does one step of power iteration,
///
///     v ← Wᵀu / ‖Wᵀu‖,  u ← W·v / ‖W·v‖,  σ = uᵀ·W·v,
///
/// with u kept as a statistic. Inference computes σ from the stored u and does not update it.
package final class SpectralNormalization: Layer {
  package var kind: String { "spectral normalization" }
  /// The normalized layer. Its first parameter is a weight of outputs × inputs.
  package let layer: any Layer
  private let outputCount: Int
  private let inputCount: Int

  package var input: Shape { layer.input }
  package var output: Shape { layer.output }
  package var parameters: [Parameter] { layer.parameters }
  package var weightUseCount: Int { layer.weightUseCount }
  package var usesLabels: Bool { layer.usesLabels }
  package var levelRole: LevelRole { layer.levelRole }

  package var statistics: [Parameter] {
    layer.statistics + [Parameter("singular_vector", shape: [outputCount], .normal(deviation: 1))]
  }

  /// - Throws: `.internalFault` if the layer has no weight.
  package init(_ layer: any Layer) throws(GenerativeError) {
    guard let weight = layer.parameters.first, let outputCount = weight.shape.first, outputCount > 0 else {
      throw GenerativeError(.internalFault, "spectral norm needs a layer with a weight")
    }
    self.layer = layer
    self.outputCount = outputCount
    inputCount = weight.count / outputCount
  }

  /// σ, u and v, the normalized parameters, and the layer's own cache.
  package func cacheCount(rows: Int) -> Int { ownCount + layer.cacheCount(rows: rows) }

  /// The same without a cache, and the gradient with respect to W̄ in the backward pass.
  package func scratchCount(rows: Int, context: Context) -> Int {
    ownCount + Self.aligned(parameterCount) + layer.scratchCount(rows: rows, context: context)
  }

  package func forward(_ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, _ pass: LayerPass) {
    let own = Own(pass.cache ?? pass.scratch, outputCount, inputCount)
    normalize(own, pass)
    layer.forward(x, into: y, inner(own, pass, gradient: nil))
  }

  /// dW = (dW̄ − ⟨dW̄, W̄⟩·u·vᵀ) / σ, with u and v as constants (equation 12). Everything else is left to the
  /// layer.
  package func backward(
    _ dy: UnsafeMutablePointer<Float>, x: UnsafePointer<Float>, y: UnsafePointer<Float>,
    into dx: UnsafeMutablePointer<Float>?, _ pass: LayerPass
  ) {
    guard let cache = pass.cache else { return }
    let own = Own(cache, outputCount, inputCount)
    guard let gradient = pass.gradient else {
      return layer.backward(dy, x: x, y: y, into: dx, inner(own, pass, gradient: nil))
    }
    let d = pass.scratch + ownCount
    d.update(repeating: 0, count: parameterCount)
    layer.backward(dy, x: x, y: y, into: dx, inner(own, pass, gradient: d))
    let weightCount = outputCount * inputCount
    let share = Float(pass.context.dot(d, own.parameters, count: weightCount))
    let scale = 1 / own.sigma.pointee
    for i in 0..<outputCount {
      let (row, factor) = (i * inputCount, share * own.u[i])
      for j in 0..<inputCount { gradient[row + j] += scale * (d[row + j] - factor * own.v[j]) }
    }
    for i in weightCount..<parameterCount { gradient[i] += d[i] }
  }

  package var isPiecewiseLinear: Bool { layer.isPiecewiseLinear }

  package func tangent(
    _ t: UnsafePointer<Float>, y: UnsafePointer<Float>, into u: UnsafeMutablePointer<Float>, _ pass: LayerPass
  ) {
    guard let cache = pass.cache else { return }
    layer.tangent(t, y: y, into: u, inner(Own(cache, outputCount, inputCount), pass, gradient: nil))
  }

  // MARK: - Power iteration

  private func normalize(_ own: Own, _ pass: LayerPass) {
    let context = pass.context.float32
    let w = Matrix(reading: pass.parameters, rows: outputCount, columns: inputCount)
    let u = pass.statistics + statisticOffset
    let v = Matrix(own.v, rows: 1, columns: inputCount)
    context.multiply(Matrix(reading: u, rows: 1, columns: outputCount), w, into: v)
    scaleToUnit(own.v, count: inputCount, context)
    context.multiply(v, w.transposed, into: Matrix(own.u, rows: 1, columns: outputCount))
    // ‖W·v‖ = uᵀ·W·v for the new u.
    let sigma = scaleToUnit(own.u, count: outputCount, context)
    own.sigma.pointee = Float(max(sigma, 1e-12))
    if pass.random != nil { u.update(from: own.u, count: outputCount) }
    let weightCount = outputCount * inputCount
    context.scale(pass.parameters, by: 1 / own.sigma.pointee, count: weightCount, into: own.parameters)
    (own.parameters + weightCount).update(
      from: pass.parameters + weightCount, count: parameterCount - weightCount)
  }

  /// Returns the norm before scaling.
  @discardableResult
  private func scaleToUnit(_ x: UnsafeMutablePointer<Float>, count: Int, _ context: Context) -> Double {
    let norm = context.dot(x, x, count: count).squareRoot()
    if norm > 0 { context.scale(x, by: Float(1 / norm), count: count, into: x) }
    return norm
  }

  /// The pass that the inner layer sees.
  private func inner(
    _ own: Own, _ pass: LayerPass, gradient: UnsafeMutablePointer<Float>?
  ) -> LayerPass {
    LayerPass(
      context: pass.context, mode: pass.mode, rows: pass.rows, labels: pass.labels, index: pass.index,
      parameters: UnsafePointer(own.parameters), statistics: pass.statistics,
      cache: pass.cache.map { $0 + ownCount },
      scratch: pass.scratch + ownCount + Self.aligned(parameterCount),
      gradient: gradient)
  }

  private var statisticOffset: Int { layer.statisticCount }

  /// The number of floats in `Own`, a multiple of a cache line.
  private var ownCount: Int {
    Self.aligned(1) + Self.aligned(outputCount) + Self.aligned(inputCount) + Self.aligned(parameterCount)
  }

  private static func aligned(_ count: Int) -> Int { (count + 15) & ~15 }

  /// What a pass keeps for the backward pass.
  private struct Own {
    let sigma: UnsafeMutablePointer<Float>
    let u: UnsafeMutablePointer<Float>
    let v: UnsafeMutablePointer<Float>
    /// W̄ and the layer's other parameters.
    let parameters: UnsafeMutablePointer<Float>

    init(_ base: UnsafeMutablePointer<Float>, _ outputCount: Int, _ inputCount: Int) {
      sigma = base
      u = sigma + aligned(1)
      v = u + aligned(outputCount)
      parameters = v + aligned(inputCount)
    }
  }
}

extension SpectralNormalization {
  /// Computes σ of inference in Double and in a fixed order, so that an exported file does not depend on the kernels.
  package func write(to program: inout Program, _ numbers: LayerNumbers) throws(GenerativeError) {
    let (w, u) = (numbers.parameters.base, numbers.statistics.base + statisticOffset)
    let v = try Buffer<Double>(count: inputCount, in: numbers.context.memory)
    for i in 0..<outputCount {
      for j in 0..<inputCount { v.base[j] += Double(w[i * inputCount + j]) * Double(u[i]) }
    }
    let length = v.elements.reduce(0) { $0 + $1 * $1 }.squareRoot()
    var square = 0.0
    for i in 0..<outputCount {
      var sum = 0.0
      for j in 0..<inputCount { sum += Double(w[i * inputCount + j]) * v.base[j] }
      square += sum * sum
    }
    // ‖W·v‖ / ‖v‖
    let sigma = max(length > 0 ? square.squareRoot() / length : 0, 1e-12)
    let weightCount = outputCount * inputCount
    try layer.write(
      to: &program,
      LayerNumbers(
        context: numbers.context,
        parameters: try Numbers(numbers.parameters.count, in: numbers.context) {
          $0 < weightCount ? Float(Double(w[$0]) / sigma) : w[$0]
        }, statistics: numbers.statistics, tied: numbers.tied))
  }
}
