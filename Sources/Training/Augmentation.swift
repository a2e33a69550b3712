import Datasets
import Tensors

/// Random changes of a fit's images, drawn again each time an image is read.
package struct Augmentation: Sendable, Equatable, CustomStringConvertible {
  /// Whether images are mirrored left to right with probability ½.
  package var flips = false
  /// The largest shift in pixels along each axis; edges are repeated.
  package var shift = 0
  /// The largest rotation in degrees.
  package var rotation = 0.0
  /// The largest change of brightness, contrast and saturation: factors of 1 ± this.
  package var colorJitter = 0.0

  package init() {}

  package var description: String {
    self == Augmentation()
      ? "none" : "flip \(flips), shift \(shift), rotation \(rotation), color_jitter \(colorJitter)"
  }
}

/// Augments rows in place. The random numbers of row i of a batch depend only on seed, step and i.
final class Augmenter {
  private let augmentation: Augmentation
  private let shape: Shape
  private let context: Context
  /// One row for each thread.
  private let copies: Buffer<Float>

  /// - Returns: nil if nothing is to be changed.
  /// - Throws: `.unsupported` for rows that are not images: one pixel high or wide, or standardized;
  ///   `.memory`.
  static func make(
    _ augmentation: Augmentation, of model: any Trainable
  ) throws(GenerativeError) -> Augmenter? {
    if augmentation == Augmentation() { return nil }
    let shape = model.rowShape
    guard min(shape.height, shape.width) > 1 else {
      throw GenerativeError(
        .unsupported,
        "flip, shift, rotation and color_jitter need images, and a row is \(shape.height) x \(shape.width) x "
          + "\(shape.channels)")
    }
    guard model.preparation == nil else {
      throw GenerativeError(
        .unsupported,
        "flip, shift, rotation and color_jitter need images as they are: create the model with preparation none"
      )
    }
    return try Augmenter(augmentation, shape, model.context)
  }

  private init(_ augmentation: Augmentation, _ shape: Shape, _ context: Context) throws(GenerativeError) {
    self.augmentation = augmentation
    self.shape = shape
    self.context = context
    copies = try Buffer(count: shape.count * context.threadCount, in: context.memory)
  }

  /// Changes the rows of a step at `time`, each by the random numbers of its place in the batch.
  func apply(_ rows: UnsafeMutablePointer<Float>, count: Int, at time: StepTime) {
    let random = time.random(.augmentation)
    context.parallelSlots(count, isSmall: count * shape.count < 16_384) { slot, i in
      // Eight numbers per row.
      let row = rows + i * shape.count
      func draw(_ k: Int) -> Double { Double(random.uniform(at: 8 * (time.firstRow + i) + k)) }
      move(row, copies.base + slot * shape.count, draw)
      if augmentation.colorJitter > 0 { recolor(row, draw) }
    }
  }

  /// Mirrors, then rotates about the center, then shifts. Interpolates linearly between pixels and repeats
  /// the edges.
  private func move(
    _ row: UnsafeMutablePointer<Float>, _ copy: UnsafeMutablePointer<Float>, _ draw: (Int) -> Double
  ) {
    let mirrors = augmentation.flips && draw(0) < 0.5
    let steps = 2 * augmentation.shift + 1
    let down = Double(min(Int(draw(1) * Double(steps)), steps - 1) - augmentation.shift)
    let right = Double(min(Int(draw(2) * Double(steps)), steps - 1) - augmentation.shift)
    let turn = (2 * draw(3) - 1) * augmentation.rotation / 180
    if !mirrors, down == 0, right == 0, turn == 0 { return }
    let (sine, cosine) = (sinPi(turn), sinPi(turn + 0.5))
    let (height, width, channels) = (shape.height, shape.width, shape.channels)
    let (middleY, middleX) = (Double(height - 1) / 2, Double(width - 1) / 2)
    copy.update(from: row, count: shape.count)
    for y in 0..<height {
      for x in 0..<width {
        // The position that the pixel comes from: the inverse steps in reverse order.
        let dy = Double(y) - down - middleY
        let dx = Double(x) - right - middleX
        let fromY = min(max(middleY + cosine * dy + sine * dx, 0), Double(height - 1))
        let turnedX = middleX + cosine * dx - sine * dy
        let fromX = min(max(mirrors ? Double(width - 1) - turnedX : turnedX, 0), Double(width - 1))
        let (y0, x0) = (Int(fromY), Int(fromX))
        let (v, u) = (Float(fromY - Double(y0)), Float(fromX - Double(x0)))
        let top = copy + (y0 * width + x0) * channels
        let toRight = x0 + 1 < width ? channels : 0
        let toBottom = y0 + 1 < height ? width * channels : 0
        let target = row + (y * width + x) * channels
        for c in 0..<channels {
          let upper = top[c] * (1 - u) + top[toRight + c] * u
          let lower = top[toBottom + c] * (1 - u) + top[toBottom + toRight + c] * u
          target[c] = upper * (1 - v) + lower * v
        }
      }
    }
  }

  /// Multiplies brightness, then contrast about the mean gray, then saturation about each pixel's gray; each
  /// is clamped to [0, 1]. Alpha is kept.
  private func recolor(_ row: UnsafeMutablePointer<Float>, _ draw: (Int) -> Double) {
    func factor(_ k: Int) -> Float { Float(1 + (2 * draw(k) - 1) * augmentation.colorJitter) }
    func within(_ value: Float) -> Float { min(max(value, 0), 1) }
    let (brightness, contrast, saturation) = (factor(4), factor(5), factor(6))
    let channels = shape.channels
    let isColor = channels == 3 || channels == 4
    let colors = isColor ? 3 : channels
    let pixels = shape.height * shape.width
    func gray(_ pixel: UnsafePointer<Float>) -> Float {
      if isColor { return 0.299 * pixel[0] + 0.587 * pixel[1] + 0.114 * pixel[2] }
      var sum: Float = 0
      for c in 0..<channels { sum += pixel[c] }
      return sum / Float(channels)
    }
    var mean = 0.0
    for i in 0..<pixels {
      let pixel = row + i * channels
      for c in 0..<colors { pixel[c] = within(pixel[c] * brightness) }
      mean += Double(gray(pixel))
    }
    let middle = Float(mean / Double(pixels)) * (1 - contrast)
    for i in 0..<pixels {
      let pixel = row + i * channels
      for c in 0..<colors { pixel[c] = within(pixel[c] * contrast + middle) }
      guard isColor else { continue }
      let own = gray(pixel) * (1 - saturation)
      for c in 0..<colors { pixel[c] = within(pixel[c] * saturation + own) }
    }
  }
}
