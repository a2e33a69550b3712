import Ranks
import Tensors

/// Batch normalization: y = act(γ·x̂ + β), x̂ = (x − mean) / √(variance + ε), per channel.
///
/// Ioffe & Szegedy, "Batch normalization: accelerating deep network training by reducing internal covariate
/// shift", ICML 2015. Training uses the mean and (biased) variance of the batch, over all n rows and
/// positions of a channel. Inference uses running statistics. Each training pass updates them as PyTorch
/// does: running ← (1 − momentum)·running + momentum·batch, with the variance made unbiased by n / (n − 1).
///
/// If ranks share a batch, n and all sums cover all of its rows.
///
/// A batch with n = 1 has no variance: then y = act(β), and the running variance is unchanged. The models
/// refuse such batches of vectors before training starts.
package final class BatchNormalization: AffineLayer {
  package var kind: String { "batch normalization" }
  package let input: Shape
  package let activation: Activation
  package let momentum: Float
  package let epsilon: Float
  /// Whether γ (`scale`) and β (`shift`) are trained; otherwise they are 1 and 0.
  package let isAffine: Bool
  private let scaleInitializer: Initializer

  package var output: Shape { input }

  package init(
    _ shape: Shape, _ activation: Activation = .identity, momentum: Float = 0.1, epsilon: Float = 1e-5,
    isAffine: Bool = true, scale: Initializer = .constant(1)
  ) {
    input = shape
    self.activation = activation
    self.momentum = momentum
    self.epsilon = epsilon
    self.isAffine = isAffine
    scaleInitializer = scale
  }

  package var parameters: [Parameter] {
    guard isAffine else { return [] }
    return [
      Parameter("scale", shape: [channels], scaleInitializer),
      Parameter("shift", shape: [channels], .constant(0)),
    ]
  }

  package var statistics: [Parameter] {
    [
      Parameter("running_mean", shape: [channels], .constant(0)),
      Parameter("running_var", shape: [channels], .constant(1)),
    ]
  }

  package var weightUseCount: Int { parameterCount }
  package var levelRole: LevelRole { .finishes }

  /// Mean, 1 / deviation, gain and offset of each channel, and z if the backward pass needs it.
  package func cacheCount(rows: Int) -> Int {
    4 * channels + (activation.differentiatesInput ? rows * input.count : 0)
  }

  /// Room for the moments of inference, for the moments of chunks of rows, or for the coefficients and column
  /// sums of the backward pass.
  package func scratchCount(rows: Int, context: Context) -> Int {
    let n = rows * positions
    let moments = max(4 * channels, ColumnMoments.scratchCount(rows: n, columns: channels))
    return max(moments, 3 * channels + ColumnGradients.scratchCount(rows: n, columns: channels))
  }

  /// z = gain·x + offset with gain = γ / deviation, offset = β − gain·mean;  y = act(z)
  package func forward(_ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, _ pass: LayerPass) {
    let context = pass.context
    let numbers = ChannelNumbers(pass.cache ?? pass.scratch, channels)
    let x = Matrix(reading: x, rows: pass.rows * positions, columns: channels)
    if pass.random != nil {
      ColumnMoments.evaluate(
        x, mean: numbers.mean, variance: numbers.inverseDeviation, scratch: pass.scratch, context: context)
      join(numbers, n: x.rowCount, pass)
      updateStatistics(
        numbers.mean, variance: numbers.inverseDeviation, n: elementCount(pass), pass.statistics)
    } else {
      numbers.mean.update(from: pass.statistics, count: channels)
      numbers.inverseDeviation.update(from: pass.statistics + channels, count: channels)
    }
    for c in 0..<channels {
      let r = 1 / (numbers.inverseDeviation[c] + epsilon).squareRoot()
      let gain = scale(c, pass) * r
      numbers.inverseDeviation[c] = r
      numbers.gain[c] = gain
      numbers.offset[c] = (isAffine ? pass.parameters[channels + c] : 0) - gain * numbers.mean[c]
    }
    let kept = activation.differentiatesInput ? pass.cache.map { $0 + 4 * channels } : nil
    context.scaleColumns(
      x, by: numbers.gain, adding: numbers.offset, kept == nil ? activation : .identity,
      into: Matrix(kept ?? y, rows: x.rowCount, columns: channels))
    if let kept {
      context.activate(kept, count: x.rowCount * channels, activation, into: y)
    }
  }

  /// dz = dy · act′;  dβ += Σ dz;  dγ += Σ dz·x̂;  dx = gain·(dz − Σ dz / n − x̂·Σ (dz·x̂) / n),
  /// or dx = gain·dz if the running statistics were used.
  package func backward(
    _ dy: UnsafeMutablePointer<Float>, x: UnsafePointer<Float>, y: UnsafePointer<Float>,
    into dx: UnsafeMutablePointer<Float>?, _ pass: LayerPass
  ) {
    guard let cache = pass.cache else { return }
    let context = pass.context
    let numbers = ChannelNumbers(cache, channels)
    let count = pass.rows * input.count
    if activation != .identity {
      let saved = activation.differentiatesInput ? UnsafePointer(cache + 4 * channels) : y
      context.activateBackward(dy, saved: saved, count: count, activation, into: dy)
    }
    let x = Matrix(reading: x, rows: pass.rows * positions, columns: channels)
    let dz = Matrix(dy, rows: x.rowCount, columns: channels)

    let dzFactor = pass.scratch
    let xFactor = dzFactor + channels
    let constant = xFactor + channels
    let sums = ColumnGradients(
      dz, x, mean: numbers.mean, scratch: constant + channels, context: context)
    if let gradient = pass.gradient, isAffine {
      for c in 0..<channels {
        gradient[c] += sums.products[c] * numbers.inverseDeviation[c]
        gradient[channels + c] += sums.totals[c]
      }
    }
    guard let dx else { return }
    // The gradient above is this rank's share, but dx needs the sums over all rows. If a sum fails, the ranks
    // keep the error, and the step stops at its own next sum.
    try? pass.slice?.ranks?.sum(sums.totals, count: 2 * channels)
    let n = pass.random == nil ? Float.infinity : Float(max(elementCount(pass), 1))
    for c in 0..<channels {
      let r = numbers.inverseDeviation[c]
      dzFactor[c] = numbers.gain[c]
      xFactor[c] = -numbers.gain[c] * r * r * (sums.products[c] / n)
      constant[c] = -numbers.gain[c] * (sums.totals[c] / n) - xFactor[c] * numbers.mean[c]
    }
    ColumnGradients.combine(
      dz, by: dzFactor, x, by: xFactor, adding: constant, into: dx, context: context)
  }

  /// The transform of a channel in inference: z = gain·x + offset.
  package func inferenceAffine(
    channel c: Int, parameters: UnsafePointer<Float>, statistics: UnsafePointer<Float>
  ) -> (gain: Float, offset: Float) {
    let gain = (isAffine ? parameters[c] : 1) / (statistics[channels + c] + epsilon).squareRoot()
    return (gain, (isAffine ? parameters[channels + c] : 0) - gain * statistics[c])
  }

  // MARK: - Ranks

  /// The number of elements of a channel in the batch.
  private func elementCount(_ pass: LayerPass) -> Int {
    guard let slice = pass.slice, slice.ranks != nil else { return pass.rows * positions }
    return slice.totalRows * positions
  }

  /// Replaces the mean and variance of n elements by those of the whole batch.
  ///
  /// Each rank contributes Σ (x − s) and Σ (x − s)², in Double. s is the running mean, which is the same on
  /// all ranks. No digits of a Float are lost, whatever the mean.
  private func join(_ numbers: ChannelNumbers, n: Int, _ pass: LayerPass) {
    guard let ranks = pass.slice?.ranks else { return }
    let sums = UnsafeMutableRawPointer(pass.scratch).bindMemory(to: Double.self, capacity: 2 * channels)
    let squares = sums + channels
    for c in 0..<channels {
      let delta = Double(numbers.mean[c]) - Double(pass.statistics[c])
      sums[c] = Double(n) * delta
      squares[c] = Double(n) * (Double(numbers.inverseDeviation[c]) + delta * delta)
    }
    try? ranks.sum(sums, count: 2 * channels)
    let total = Double(elementCount(pass))
    for c in 0..<channels {
      let delta = sums[c] / total
      numbers.mean[c] = Float(Double(pass.statistics[c]) + delta)
      numbers.inverseDeviation[c] = Float(max(squares[c] / total - delta * delta, 0))
    }
  }

  // MARK: - Channels

  private var channels: Int { input.channels }
  private var positions: Int { input.height * input.width }

  private func scale(_ c: Int, _ pass: LayerPass) -> Float { isAffine ? pass.parameters[c] : 1 }

  private func updateStatistics(
    _ mean: UnsafePointer<Float>, variance: UnsafePointer<Float>, n: Int,
    _ statistics: UnsafeMutablePointer<Float>
  ) {
    let unbiased = n > 1 ? Float(n) / Float(n - 1) : 0
    for c in 0..<channels {
      statistics[c] += momentum * (mean[c] - statistics[c])
      guard n > 1 else { continue }
      statistics[channels + c] += momentum * (variance[c] * unbiased - statistics[channels + c])
    }
  }

  /// Four numbers per channel, one array after another.
  private struct ChannelNumbers {
    let mean: UnsafeMutablePointer<Float>
    /// Initially holds the variance.
    let inverseDeviation: UnsafeMutablePointer<Float>
    let gain: UnsafeMutablePointer<Float>
    let offset: UnsafeMutablePointer<Float>

    init(_ base: UnsafeMutablePointer<Float>, _ channels: Int) {
      mean = base
      inverseDeviation = base + channels
      gain = base + 2 * channels
      offset = base + 3 * channels
    }
  }
}
