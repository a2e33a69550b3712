import Glibc
import Tensors

/// An RGB image in floats on which shapes are painted one over another.
///
/// The center is (0, 0), x grows to the right, y grows down, and a square image extends from −0.83 to 0.83 in
/// each direction: faces are drawn for a unit circle and viewed from close up. Shapes are given by signed
/// distances, negative inside. Their edges are one pixel soft.
struct FaceCanvas {
  typealias Point = SIMD2<Float>
  typealias Color = SIMD4<Float>

  let height: Int
  let width: Int
  /// height × width, packed; the fourth lane is unused.
  let pixels: UnsafeMutablePointer<Color>
  /// The number of pixels per unit.
  private let scale: Float

  init(height: Int, width: Int, pixels: UnsafeMutablePointer<Color>) {
    self.height = height
    self.width = width
    self.pixels = pixels
    scale = Float(min(height, width)) / 1.66
  }

  /// Sets every pixel to a color that depends on its position.
  @inline(__always)
  func fill(_ color: (Point) -> Color) {
    for y in 0..<height {
      for x in 0..<width { pixels[y * width + x] = color(position(x, y)) }
    }
  }

  /// Paints where `distance` is negative, but only inside the box around `center`.
  ///
  /// - Parameters:
  ///   - softness: width of the edge, in addition to the one pixel that it always has.
  ///   - opacity: how much of what was there before is covered, inside the shape.
  @inline(__always)
  func paint(
    around center: Point, reach: Point, softness: Float = 0, opacity: Float = 1,
    color: (Point) -> Color, distance: (Point) -> Float
  ) {
    let edge = 1 / scale + softness
    let columns = span(center.x, reach.x + edge, size: width)
    let rows = span(center.y, reach.y + edge, size: height)
    for y in rows {
      for x in columns {
        let p = position(x, y)
        let cover = 0.5 - distance(p) / edge
        if cover <= 0 { continue }
        let t = min(cover, 1)
        // Smooth at both ends.
        let alpha = softness > 0 ? t * t * (3 - 2 * t) : t
        let pixel = pixels + (y * width + x)
        pixel.pointee += (color(p) - pixel.pointee) * (alpha * opacity)
      }
    }
  }

  /// Paints in a single color.
  @inline(__always)
  func paint(
    around center: Point, reach: Point, softness: Float = 0, opacity: Float = 1, _ color: Color,
    distance: (Point) -> Float
  ) {
    paint(
      around: center, reach: reach, softness: softness, opacity: opacity, color: { _ in color },
      distance: distance)
  }

  @inline(__always)
  private func position(_ x: Int, _ y: Int) -> Point {
    Point(
      (Float(x) + 0.5 - Float(width) / 2) / scale, (Float(y) + 0.5 - Float(height) / 2) / scale)
  }

  /// The pixels along one axis that lie within `reach` of `center`.
  private func span(_ center: Float, _ reach: Float, size: Int) -> Range<Int> {
    let middle = Float(size) / 2
    let first = (middle + (center - reach) * scale).rounded(.down)
    let last = (middle + (center + reach) * scale).rounded(.up)
    // Also empty for NaN.
    guard first < Float(size), last >= 0 else { return 0..<0 }
    return Int(max(first, 0))..<Int(min(last + 1, Float(size)))
  }
}

// MARK: - Signed distances

/// Signed distance to an ellipse, to first order: exact on its edge.
@inline(__always)
func ellipseDistance(_ p: SIMD2<Float>, _ center: SIMD2<Float>, _ radii: SIMD2<Float>) -> Float {
  let q = (p - center) / radii
  let k = (q * q).sum().squareRoot()
  let g = q / radii
  let slope = (g * g).sum().squareRoot()
  return slope > 1e-6 ? k * (k - 1) / slope : -radii.min()
}

/// Signed distance to a line from `a` to `b` with round ends.
@inline(__always)
func strokeDistance(
  _ p: SIMD2<Float>, from a: SIMD2<Float>, to b: SIMD2<Float>, halfWidth: Float
) -> Float {
  let pa = p - a
  let ba = b - a
  let t = min(max((pa * ba).sum() / max((ba * ba).sum(), 1e-12), 0), 1)
  let d = pa - ba * t
  return (d * d).sum().squareRoot() - halfWidth
}

/// Signed distance to a box with rounded corners.
@inline(__always)
func boxDistance(
  _ p: SIMD2<Float>, _ center: SIMD2<Float>, _ reach: SIMD2<Float>, corner: Float
) -> Float {
  let d = p - center
  let q = SIMD2(abs(d.x), abs(d.y)) - reach + corner
  let outside = SIMD2(max(q.x, 0), max(q.y, 0))
  return (outside * outside).sum().squareRoot() + min(max(q.x, q.y), 0) - corner
}
