import Tensors

/// A stack with a skip connection: y = x + f(x).
///
/// He, Zhang, Ren & Sun, "Deep residual learning for image recognition", CVPR 2016. Around the levels of an
/// encoder and its decoder, it is a U-Net (Ronneberger et al. 2015) with additive skips.
package final class Residual: Layer {
  package var kind: String { "residual" }
  /// f. It may contain further residuals.
  package let layers: [any Layer]

  package var input: Shape { layers[0].input }
  package var output: Shape { layers[layers.count - 1].output }

  /// - Throws: `.internalFault` unless f has as many outputs as inputs and its layers fit together.
  package init(_ layers: [any Layer]) throws(GenerativeError) {
    guard let first = layers.first, let last = layers.last, first.input.count == last.output.count,
      zip(layers, layers.dropFirst()).allSatisfy({ $0.output.count == $1.input.count })
    else { throw GenerativeError(.internalFault, "the layers of a residual do not fit together") }
    self.layers = layers
  }

  package var parameters: [Parameter] {
    layers.enumerated().flatMap { index, layer in
      layer.parameters.map { Parameter("\(index).\($0.name)", shape: $0.shape, $0.initializer) }
    }
  }

  package var statistics: [Parameter] {
    layers.enumerated().flatMap { index, layer in
      layer.statistics.map { Parameter("\(index).\($0.name)", shape: $0.shape, $0.initializer) }
    }
  }

  package var weightUseCount: Int { layers.reduce(0) { $0 + $1.weightUseCount } }
  package var usesLabels: Bool { layers.contains { $0.usesLabels } }

  /// The output and cache of every layer.
  package func cacheCount(rows: Int) -> Int {
    layers.reduce(0) { $0 + aligned(rows * $1.output.count) + aligned($1.cacheCount(rows: rows)) }
  }

  /// The same without a cache, plus two gradients and the layers' own scratch.
  package func scratchCount(rows: Int, context: Context) -> Int {
    cacheCount(rows: rows) + 2 * gradientCount(rows)
      + layers.reduce(0) { max($0, $1.scratchCount(rows: rows, context: context)) }
  }

  /// y = x + f(x)
  package func forward(_ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, _ pass: LayerPass) {
    var input = x
    for inner in innerPasses(pass) {
      inner.layer.forward(input, into: inner.output, inner.pass)
      input = UnsafePointer(inner.output)
    }
    let count = pass.rows * output.count
    y.update(from: x, count: count)
    pass.context.combine(1, input, 1, into: y, count: count)
  }

  /// dx = dy + dyᵀ·∂f/∂x
  package func backward(
    _ dy: UnsafeMutablePointer<Float>, x: UnsafePointer<Float>, y: UnsafePointer<Float>,
    into dx: UnsafeMutablePointer<Float>?, _ pass: LayerPass
  ) {
    let count = pass.rows * output.count
    dx?.update(from: dy, count: count)
    let innerPasses = innerPasses(pass)
    let gradients = pass.scratch + cacheCount(rows: pass.rows)
    var d = dy
    for index in innerPasses.indices.reversed() {
      let inner = innerPasses[index]
      let into = gradients + (index & 1) * gradientCount(pass.rows)
      inner.layer.backward(
        d, x: index == 0 ? x : UnsafePointer(innerPasses[index - 1].output), y: UnsafePointer(inner.output),
        into: index == 0 && dx == nil ? nil : into, inner.pass)
      d = into
    }
    if let dx { pass.context.combine(1, d, 1, into: dx, count: count) }
  }

  // MARK: - Inner passes

  private struct InnerPass {
    let layer: any Layer
    let output: UnsafeMutablePointer<Float>
    let pass: LayerPass
  }

  /// The layers with their positions in the parameters, the cache and the scratch.
  private func innerPasses(_ pass: LayerPass) -> [InnerPass] {
    var innerPasses: [InnerPass] = []
    var memory = pass.cache ?? pass.scratch
    var (parameters, statistics, gradient) = (pass.parameters, pass.statistics, pass.gradient)
    let scratch = pass.scratch + cacheCount(rows: pass.rows) + 2 * gradientCount(pass.rows)
    for layer in layers {
      let output = memory
      memory += aligned(pass.rows * layer.output.count)
      innerPasses.append(
        InnerPass(
          layer: layer, output: output,
          pass: LayerPass(
            context: pass.context, mode: pass.mode, rows: pass.rows, labels: pass.labels,
            index: pass.index, parameters: parameters, statistics: statistics,
            cache: pass.cache == nil ? nil : memory,
            scratch: scratch, gradient: gradient)))
      memory += aligned(layer.cacheCount(rows: pass.rows))
      parameters += layer.parameterCount
      gradient = gradient.map { $0 + layer.parameterCount }
      statistics += layer.statisticCount
    }
    return innerPasses
  }

  /// The number of floats in the widest gradient inside.
  private func gradientCount(_ rows: Int) -> Int {
    aligned(rows * layers.reduce(0) { max($0, $1.input.count, $1.output.count) })
  }

  /// Rounds up so that each piece starts on its own cache line.
  private func aligned(_ count: Int) -> Int { (count + 15) & ~15 }
}

extension Residual {
  package func write(to program: inout Program, _ numbers: LayerNumbers) throws(GenerativeError) {
    let x = program.last
    try program.append(layers, numbers)
    if program.shape(program.last) != input { program.append(.reshape, to: input) }
    program.append(.add(x))
    if output != input { program.append(.reshape, to: output) }
  }
}
