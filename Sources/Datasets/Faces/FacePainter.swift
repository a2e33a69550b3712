import Glibc

/// Paints a face: analytic shapes from back to front.
///
/// The head is a cylinder seen from the front. A feature at azimuth φ appears at x = a·r·sin(φ + θ), where θ
/// is the head's turn and r how far the feature protrudes. So the nose moves more than the eyes, the far eye
/// becomes narrower and the near ear becomes visible.
struct FacePainter {
  typealias Point = SIMD2<Float>
  typealias Color = SIMD4<Float>

  private let canvas: FaceCanvas
  private let face: Face
  private let palette: FacePalette
  private let turn: Float
  private let head: Point
  private let radii: Point

  init(_ face: Face, on canvas: FaceCanvas) {
    self.canvas = canvas
    self.face = face
    palette = FacePalette(face)
    turn = face.headTurn * 0.50
    head = Point(0.06 * face.headTurn, 0.02)
    radii = Point(0.46 + 0.11 * face.faceWidth, 0.64)
  }

  func paint() {
    paintBackground()
    paintBackHair()
    paintBody()
    paintEar(side: face.headTurn >= 0 ? 1 : -1)
    paintHead()
    paintEar(side: face.headTurn >= 0 ? -1 : 1)
    paintCheeks()
    for side: Float in [-1, 1] {
      paintEye(side)
      paintBrow(side)
    }
    paintNose()
    paintMouth()
    paintFrontHair()
  }

  /// The position in the image of a feature at azimuth `phi` and height `y` below the head's center.
  private func project(_ phi: Float, _ y: Float, standingOut r: Float = 1) -> Point {
    Point(head.x + radii.x * r * sinf(phi + turn), head.y + y)
  }

  // MARK: - Behind the face

  private func paintBackground() {
    canvas.fill { p in
      // Lighter above, darker towards the corners.
      palette.background * (1.02 - 0.10 * p.y - 0.09 * (p * p).sum())
    }
  }

  private func paintBackHair() {
    let bottom = -0.10 + 1.05 * face.hairLength
    let top = head.y - radii.y - 0.05
    let center = Point(head.x * 0.5 - 0.03 * face.headTurn, (top + bottom) / 2)
    let reach = Point(radii.x + 0.06 + 0.07 * face.hairLength, (bottom - top) / 2)
    // A round crown, cut off at the length of the hair.
    let full = Point(center.x, top + 0.95)
    canvas.paint(around: center, reach: reach, palette.hair * 0.78) {
      max(boxDistance($0, full, Point(reach.x, 0.95), corner: reach.x * 0.95), $0.y - bottom)
    }
  }

  private func paintBody() {
    let neck = Point(head.x * 0.5, 0.72)
    let neckReach = Point(0.20, 0.24)
    canvas.paint(around: neck, reach: neckReach, palette.skin * 0.80) {
      boxDistance($0, neck, neckReach, corner: 0.08)
    }
    let shoulders = Point(0, 1.13)
    let shoulderRadii = Point(0.78, 0.38)
    canvas.paint(around: shoulders, reach: shoulderRadii, palette.shirt) {
      ellipseDistance($0, shoulders, shoulderRadii)
    }
  }

  private func paintEar(side: Float) {
    let center = project(side * 1.45, 0.06, standingOut: 1.05)
    let size = Point(0.09, 0.14)
    canvas.paint(around: center, reach: size, palette.skin * 0.92) { ellipseDistance($0, center, size) }
    canvas.paint(around: center, reach: size * 0.5, softness: 0.03, palette.skin * 0.76) {
      ellipseDistance($0, center, size * 0.5)
    }
  }

  private func paintHead() {
    canvas.paint(
      around: head, reach: radii * 1.1,
      color: { p in
        // Light comes from above and from the left. The surface is darker where it turns away.
        let n = (p - head) / radii
        let away = n.x - 0.25 * face.headTurn
        return palette.skin * (1.03 - 0.05 * n.y - 0.05 * n.x - 0.12 * away * away)
      },
      distance: headDistance)
  }

  private func headDistance(_ p: Point) -> Float {
    // The jaw is narrower than the brow. A smile widens it; laughter drops it.
    let drop = 1 + 0.10 * max(0, face.smile)
    let below = max(0, (p.y - head.y) / (radii.y * drop))
    let narrowing = 1 - (0.17 - 0.11 * face.smile) * below * below
    let y = p.y > head.y ? head.y + (p.y - head.y) / drop : p.y
    return ellipseDistance(Point(head.x + (p.x - head.x) / narrowing, y), head, radii)
  }

  // MARK: - Features

  /// Blush, which is higher, fuller and redder the more the face smiles.
  private func paintCheeks() {
    let blush = palette.skin * rgb(1.0, 0.64, 0.62)
    for side: Float in [-1, 1] {
      let center = project(side * 0.74, 0.23 - 0.06 * face.smile)
      let size = Point(0.125, 0.085) * (1 + 0.25 * face.smile)
      canvas.paint(
        around: center, reach: size, softness: 0.14, opacity: 0.42 + 0.26 * face.smile, blush
      ) { max(ellipseDistance($0, center, size), headDistance($0) + 0.08) }
    }
  }

  private func eyeRadii(_ side: Float) -> Point {
    let tall = 0.088 + 0.050 * face.eyeSize
    return Point(tall * 1.22 * cosf(side * 0.44 + turn), tall)
  }

  private func paintEye(_ side: Float) {
    let center = project(side * 0.46, -0.02)
    let size = eyeRadii(side)
    // Raised cheeks push the lower lid up.
    let lid = size.y * (1 - 0.6 * max(0, face.smile))
    func overLid(_ p: Point) -> Float {
      let t = (p.x - center.x) / size.x
      return p.y - center.y - lid - 0.45 * (size.y - lid) * t * t
    }
    // The far eye is cut off at the edge of the head.
    func eyeDistance(_ p: Point) -> Float {
      max(ellipseDistance(p, center, size), headDistance(p) + 0.02, overLid(p))
    }
    canvas.paint(around: center, reach: size, rgb(0.98, 0.98, 0.97), distance: eyeDistance)
    let irisRadius = size.y * 0.74
    let iris = center + Point((size.x - irisRadius * 0.55) * 0.85 * face.gaze, 0)
    func paintDisc(_ radius: Float, _ color: Color) {
      let discRadii = Point(radius * min(1, size.x / size.y), radius)
      canvas.paint(around: iris, reach: discRadii, color) { p in
        max(ellipseDistance(p, iris, discRadii), eyeDistance(p))
      }
    }
    paintDisc(irisRadius, rgb(0.24, 0.40, 0.46))
    paintDisc(irisRadius * 0.60, rgb(0.05, 0.05, 0.07))
    let glint = iris + Point(-0.30, -0.34) * irisRadius
    canvas.paint(around: glint, reach: Point(0.026, 0.026), rgb(1, 1, 1)) {
      ellipseDistance($0, glint, Point(0.026, 0.026))
    }
    // The upper lid.
    canvas.paint(around: center, reach: size + 0.03, rgb(0.16, 0.10, 0.10)) { p in
      max(
        abs(ellipseDistance(p, center, size)) - 0.020, p.y - center.y + 0.35 * size.y, headDistance(p))
    }
  }

  private func paintBrow(_ side: Float) {
    let eye = eyeRadii(side)
    let height = -0.02 - eye.y - 0.085 - 0.06 * face.brow
    // Stern brows slope down towards the nose.
    let inner = project(side * 0.24, height + 0.02 - 0.075 * min(face.brow, 0) - 0.02 * max(face.brow, 0))
    let outer = project(side * 0.74, height + 0.03 + 0.05 * min(face.brow, 0))
    let middle = (inner + outer) / 2 + Point(0, -0.035)
    let color = palette.hair * 0.70
    let reach = Point(abs(outer.x - inner.x), 0.12) + 0.04
    canvas.paint(around: middle, reach: reach, color) { p in
      min(
        strokeDistance(p, from: inner, to: middle, halfWidth: 0.032),
        strokeDistance(p, from: middle, to: outer, halfWidth: 0.026))
    }
  }

  private func paintNose() {
    let bridge = project(0, 0.02, standingOut: 1.0)
    let tip = project(0, 0.19, standingOut: 1.22)
    let shade = palette.skin * 0.80
    // The side away from the light, or behind the nose of a turned head.
    let lean: Float = face.headTurn >= 0 ? -1 : 1
    let start = bridge + Point(0.03 * lean, 0)
    let end = tip + Point(0.05 * lean, -0.01)
    canvas.paint(
      around: (start + end) / 2, reach: Point(0.22, 0.18), softness: 0.03,
      opacity: 0.35 + 0.45 * abs(face.headTurn), shade
    ) { strokeDistance($0, from: start, to: end, halfWidth: 0.016) }
    let under = tip + Point(0, 0.035)
    canvas.paint(around: under, reach: Point(0.085, 0.045), softness: 0.02, shade * 0.92) {
      ellipseDistance($0, under, Point(0.085, 0.040))
    }
    canvas.paint(around: tip, reach: Point(0.07, 0.06), softness: 0.03, palette.skin * 1.06) {
      ellipseDistance($0, tip, Point(0.066, 0.050))
    }
  }

  /// Lips along a parabola whose ends rise with a smile. Laughter opens them downwards and shows teeth and
  /// tongue.
  private func paintMouth() {
    let center = project(0, 0.39 - 0.05 * face.smile, standingOut: 0.80)
    let halfWidth = (0.215 + 0.075 * face.smile) * (1 - 0.16 * abs(face.headTurn))
    let bend = 0.11 * face.smile
    // A neutral mouth is slightly open.
    let opening = 0.28 * max(0, face.smile + 0.3) / 1.3

    func place(_ x: Float) -> Float { min(max((x - center.x) / halfWidth, -1), 1) }
    /// The line where the lips meet.
    func line(_ x: Float) -> Float { center.y + bend * (0.5 - place(x) * place(x)) }
    /// Signed distance to an ellipse bent along that line.
    func distance(_ p: Point, _ radii: Point) -> Float {
      let slope = -2 * bend * place(p.x) / halfWidth
      let straight = Point(p.x, center.y + p.y - line(p.x))
      return ellipseDistance(straight, center, radii) / (1 + slope * slope).squareRoot()
    }

    let lip = 0.047 - 0.008 * face.smile
    let reach = Point(halfWidth, 0.5 * abs(bend) + opening) + lip
    canvas.paint(around: center, reach: reach, palette.lips) { p in
      let below = p.y < line(p.x) ? 0 : opening
      return max(distance(p, Point(halfWidth + lip, below + lip)), headDistance(p))
    }
    // Anything thinner is invisible at every size, and an ellipse without height has no distance.
    guard opening > 0.004 else { return }
    func inside(_ p: Point) -> Float {
      max(distance(p, Point(halfWidth, opening)), line(p.x) - p.y, headDistance(p))
    }
    canvas.paint(around: center, reach: reach, rgb(0.36, 0.06, 0.09), distance: inside)
    let tongue = center + Point(0, 0.5 * bend + 0.95 * opening)
    let tongueRadii = Point(0.60 * halfWidth, 0.42 * opening)
    canvas.paint(around: tongue, reach: tongueRadii, rgb(0.86, 0.38, 0.40)) {
      max(ellipseDistance($0, tongue, tongueRadii), inside($0))
    }
    let teeth = center.y + 0.5 * bend + 0.47 * max(0, opening - 0.05)
    canvas.paint(around: center, reach: reach, rgb(0.99, 0.98, 0.96)) { p in
      max(inside(p), p.y - teeth)
    }
  }

  // MARK: - In front of the face

  /// A cap over the skull with an opening for the face. Long hair hangs over the ears.
  private func paintFrontHair() {
    let cap = head + Point(-0.03 * face.headTurn, -0.05)
    let capRadii = radii + Point(0.075, 0.09)
    let opening = head + Point(radii.x * 0.30 * sinf(turn), 0.28)
    let openingRadii = Point(radii.x * 0.96, 0.70)
    let bottom = head.y - 0.12 + 0.70 * face.hairLength
    canvas.paint(
      around: cap, reach: capRadii,
      color: { p in
        // A sheen across the crown.
        let sheen = max(0, 1 - abs((p.y - cap.y) / capRadii.y + 0.72) * 4)
        return palette.hair * (0.96 + 0.22 * sheen) + 0.035 * sheen
      },
      distance: { p in
        // The parting raises one side of the fringe.
        let tilt = 0.16 * (p.x - opening.x)
        return max(
          ellipseDistance(p, cap, capRadii),
          -ellipseDistance(Point(p.x, p.y + tilt), opening, openingRadii), p.y - bottom)
      })
  }
}
