import Tensors

/// Random changes of images before a discriminator. They are the same for real and generated rows, and the
/// gradient passes through them to the generator. In inference, y = x.
///
/// Zhao et al., "Differentiable augmentation for data-efficient GAN training", NeurIPS 2020. In training,
/// each of these changes is applied to an image with the layer's probability, drawn again for each pass:
///
/// - mirroring, in half of the cases;
/// - a shift by up to an eighth of its sides, filled with zeros;
/// - a change of color: y = contrast·(x − m) + m. In color images, each pixel's distance from its gray is
///   multiplied by another factor. Then the brightness changes by up to a quarter of the range;
/// - a cutout: a rectangle of half its sides is set to zero.
///
/// With a probability below 1, the generator can learn what the real images look like without the changes
/// (Karras et al., "Training generative adversarial networks with limited data", NeurIPS 2020, section 2.2).
/// The probability is a statistic, which `adaptAugmentation` changes as in that paper.
package final class ImageAugmentation: Layer {
  package var kind: String { "image augmentation" }
  package let input: Shape
  /// The initial probability.
  private let probability: Float
  /// The difference between a pixel's largest and smallest value.
  private let range: Float

  package var output: Shape { input }
  package var weightUseCount: Int { 0 }
  package var folding: Folding { .identity }

  package var statistics: [Parameter] {
    [Parameter("probability", shape: [1], .constant(probability))]
  }

  package init(_ shape: Shape, probability: Float, range: Float) {
    input = shape
    self.probability = probability
    self.range = range
  }

  /// The random draws of every row.
  package func cacheCount(rows: Int) -> Int { rows * Self.drawCount }

  /// The random draws, if there is no cache.
  package func scratchCount(rows: Int, context: Context) -> Int { rows * Self.drawCount }

  package func forward(_ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, _ pass: LayerPass) {
    guard let random = pass.random else { return y.update(from: x, count: pass.rows * input.count) }
    let draws = pass.cache ?? pass.scratch
    pass.context.fillUniform(
      draws, count: pass.rows * Self.drawCount, from: random, offset: pass.firstElement(Self.drawCount))
    augment(x, into: y, draws, pass, brightens: true)
  }

  /// y ← the images x, changed as their draws determine. All changes except the brightness are linear.
  private func augment(
    _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, _ draws: UnsafePointer<Float>,
    _ pass: LayerPass, brightens: Bool
  ) {
    pass.context.parallel(pass.rows) { row in
      let (image, change) = (y + row * input.count, change(draws, row, pass.statistics[0]))
      place(x + row * input.count, change, into: image)
      color(image, change, brightness: brightens ? change.brightness : 0)
      cut(image, change)
    }
  }

  /// Applies the transposes of the changes in reverse order. `color` is its own transpose.
  package func backward(
    _ dy: UnsafeMutablePointer<Float>, x: UnsafePointer<Float>, y: UnsafePointer<Float>,
    into dx: UnsafeMutablePointer<Float>?, _ pass: LayerPass
  ) {
    guard let dx else { return }
    guard let draws = pass.cache, pass.random != nil else {
      return dx.update(from: dy, count: pass.rows * input.count)
    }
    pass.context.parallel(pass.rows) { row in
      let (image, change) = (dy + row * input.count, change(draws, row, pass.statistics[0]))
      cut(image, change)
      color(image, change, brightness: 0)
      place(image, change, back: true, into: dx + row * input.count)
    }
  }

  package var isPiecewiseLinear: Bool { true }

  package func tangent(
    _ t: UnsafePointer<Float>, y: UnsafePointer<Float>, into u: UnsafeMutablePointer<Float>, _ pass: LayerPass
  ) {
    guard let draws = pass.cache, pass.random != nil else {
      return u.update(from: t, count: pass.rows * input.count)
    }
    augment(t, into: u, draws, pass, brightens: false)
  }

  // MARK: - Changes

  /// The changes made to an image.
  private struct Change {
    var isMirrored = false
    var (down, right) = (0, 0)
    var (contrast, saturation, brightness) = (Float(1), Float(1), Float(0))
    /// Rows and columns that are set to zero.
    var (lines, columns) = (0..<0, 0..<0)
  }

  /// The number of uniform random numbers that determine an image's changes.
  private static let drawCount = 16

  private func change(_ draws: UnsafePointer<Float>, _ row: Int, _ probability: Float) -> Change {
    let u = draws + row * Self.drawCount
    /// A number in −n ... n.
    func offset(_ u: Float, _ n: Int) -> Int { min(Int(u * Float(2 * n + 1)), 2 * n) - n }
    var change = Change()
    change.isMirrored = u[0] < probability && u[1] < 0.5
    if u[2] < probability {
      change.down = offset(u[3], (input.height + 4) / 8)
      change.right = offset(u[4], (input.width + 4) / 8)
    }
    if u[5] < probability {
      change.contrast = 0.5 + u[6]
      change.saturation = input.channels == 3 ? 2 * u[7] : 1
      change.brightness = range / 2 * (u[8] - 0.5)
    }
    if u[9] < probability {
      // The center may be anywhere in the image.
      let (middle, center) = (Int(u[10] * Float(input.height)), Int(u[11] * Float(input.width)))
      change.lines = max(middle - input.height / 4, 0)..<min(middle + (input.height + 3) / 4, input.height)
      change.columns = max(center - input.width / 4, 0)..<min(center + (input.width + 3) / 4, input.width)
    }
    return change
  }

  /// y ← x, mirrored and then shifted. With `back`, the reverse: x is shifted back and then mirrored.
  private func place(
    _ x: UnsafePointer<Float>, _ change: Change, back: Bool = false, into y: UnsafeMutablePointer<Float>
  ) {
    let (height, width, channels) = (input.height, input.width, input.channels)
    y.update(repeating: 0, count: input.count)
    for i in max(0, change.down)..<min(height, height + change.down) {
      for j in max(0, change.right)..<min(width, width + change.right) {
        let column = j - change.right
        let inner = ((i - change.down) * width + (change.isMirrored ? width - 1 - column : column)) * channels
        let outer = (i * width + j) * channels
        let (from, to) = back ? (outer, inner) : (inner, outer)
        for c in 0..<channels { y[to + c] = x[from + c] }
      }
    }
  }

  /// x ← contrast·(saturation·(x − gray) + gray − m) + m + brightness, where m is the image's mean and gray is
  /// the pixel's mean.
  private func color(_ x: UnsafeMutablePointer<Float>, _ change: Change, brightness: Float) {
    guard change.contrast != 1 || change.saturation != 1 || brightness != 0 else { return }
    let channels = input.channels
    var total = 0.0
    for i in 0..<input.count { total += Double(x[i]) }
    let base = (1 - change.contrast) * Float(total / Double(input.count)) + brightness
    let own = change.contrast * change.saturation
    for start in stride(from: 0, to: input.count, by: channels) {
      var gray: Float = 0
      for c in 0..<channels { gray += x[start + c] }
      let rest = (change.contrast - own) * gray / Float(channels) + base
      for c in 0..<channels { x[start + c] = own * x[start + c] + rest }
    }
  }

  private func cut(_ x: UnsafeMutablePointer<Float>, _ change: Change) {
    for i in change.lines {
      let start = (i * input.width + change.columns.lowerBound) * input.channels
      (x + start).update(repeating: 0, count: change.columns.count * input.channels)
    }
  }
}

extension Network {
  /// Adds `step` to the probability of the image augmentation, if the network has one. The result is clamped
  /// to 0 ... 1.
  package func adaptAugmentation(_ weights: Weights, by step: Float) {
    guard let index = layers.firstIndex(where: { $0 is ImageAugmentation }) else { return }
    let probability = weights.statistics.base + statisticOffsets[index]
    probability[0] = min(max(probability[0] + step, 0), 1)
  }
}

extension ImageAugmentation {
  /// In inference y = x.
  package func write(to program: inout Program, _ numbers: LayerNumbers) {}
}
