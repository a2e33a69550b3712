import Glibc
import Tensors

/// How similar two images in [0, 1] look; 1 if they are equal:
///
///     (2·μx·μy + C₁)·(2·σxy + C₂) / ((μx² + μy² + C₁)·(σx² + σy² + C₂)),   C₁ = 0.01², C₂ = 0.03²
///
/// with a Gaussian window of 11 × 11 and standard deviation 1.5, averaged over all positions where the window
/// fits and over channels. Wang, Bovik, Sheikh & Simoncelli, "Image quality assessment: from error visibility
/// to structural similarity", IEEE Transactions on Image Processing 2004. A side shorter than 11 pixels uses
/// the largest odd window that fits.
package struct StructuralSimilarity {
  private let shape: Shape
  private let vertical: [Double]
  private let horizontal: [Double]

  package init(_ shape: Shape) {
    self.shape = shape
    vertical = Self.window(shape.height)
    horizontal = Self.window(shape.width)
  }

  private static func window(_ side: Int) -> [Double] {
    let radius = (min(side, 11) - 1) / 2
    let weights = (-radius...radius).map { exp(-Double($0 * $0) / (2 * 1.5 * 1.5)) }
    let sum = weights.reduce(0, +)
    return weights.map { $0 / sum }
  }

  /// similarity[i] ← the similarity of image i of both sets.
  ///
  /// - Throws: `.memory`.
  package func evaluate(
    _ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>, rows: Int,
    into similarity: UnsafeMutablePointer<Double>, context: Context
  ) throws(GenerativeError) {
    // For one row of windows: five maps, blurred along columns.
    let scratchCount = 5 * shape.width
    let scratch = try Buffer<Double>(count: context.threadCount * scratchCount, in: context.memory)
    context.parallelSlots(rows) { slot, row in
      let offset = row * shape.count
      var total = 0.0
      for channel in 0..<shape.channels {
        total += ofChannel(
          x + offset + channel, y + offset + channel, scratch: scratch.base + slot * scratchCount)
      }
      similarity[row] = total / Double(shape.channels)
    }
  }

  /// The similarity of one channel, whose pixels are `shape.channels` floats apart.
  private func ofChannel(
    _ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>, scratch: UnsafeMutablePointer<Double>
  ) -> Double {
    let (c1, c2) = (0.01 * 0.01, 0.03 * 0.03)
    let width = shape.width
    let across = width - horizontal.count + 1
    let down = shape.height - vertical.count + 1
    var total = 0.0
    for top in 0..<down {
      for column in 0..<width {
        var (mx, my, xx, yy, xy) = (0.0, 0.0, 0.0, 0.0, 0.0)
        for (k, weight) in vertical.enumerated() {
          let place = ((top + k) * width + column) * shape.channels
          let (a, b) = (Double(x[place]), Double(y[place]))
          mx += weight * a
          my += weight * b
          xx += weight * a * a
          yy += weight * b * b
          xy += weight * a * b
        }
        let maps = scratch + 5 * column
        (maps[0], maps[1], maps[2], maps[3], maps[4]) = (mx, my, xx, yy, xy)
      }
      for left in 0..<across {
        var (mx, my, xx, yy, xy) = (0.0, 0.0, 0.0, 0.0, 0.0)
        for (k, weight) in horizontal.enumerated() {
          let maps = scratch + 5 * (left + k)
          mx += weight * maps[0]
          my += weight * maps[1]
          xx += weight * maps[2]
          yy += weight * maps[3]
          xy += weight * maps[4]
        }
        total +=
          (2 * mx * my + c1) * (2 * (xy - mx * my) + c2)
          / ((mx * mx + my * my + c1) * (xx - mx * mx + yy - my * my + c2))
      }
    }
    return total / Double(down * across)
  }
}
