import Glibc

/// Paints a face: analytic shapes from back to front.
///
/// The head is a cylinder seen from the front. A feature at azimuth φ on it appears at
/// x = a·r·sin(φ + θ), with θ the turn and r how far it stands out; so the nose moves more than
/// the eyes, the far eye narrows and the near ear comes into view.
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

  /// Where a feature at azimuth `phi` and height `y` below the head's centre is seen.
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
    // A round crown, cut off at the hair's length.
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
    let shoulders = Point(0, 1.16)
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
      around: head, reach: radii,
      color: { p in
        // Light from above and the left; darker where the surface turns away.
        let n = (p - head) / radii
        let away = n.x - 0.25 * face.headTurn
        return palette.skin * (1.03 - 0.05 * n.y - 0.05 * n.x - 0.12 * away * away)
      },
      distance: headDistance)
  }

  private func headDistance(_ p: Point) -> Float {
    // The jaw is narrower than the brow.
    let below = max(0, (p.y - head.y) / radii.y)
    let narrowing = 1 - 0.16 * below * below
    return ellipseDistance(Point(head.x + (p.x - head.x) / narrowing, p.y), head, radii)
  }

  // MARK: - Features

  private func paintCheeks() {
    let blush = palette.skin * rgb(1.0, 0.68, 0.66)
    for side: Float in [-1, 1] {
      let center = project(side * 0.70, 0.22 - 0.03 * face.smile)
      let size = Point(0.12, 0.085)
      canvas.paint(
        around: center, reach: size, softness: 0.14, opacity: 0.40 + 0.15 * face.smile, blush
      ) { max(ellipseDistance($0, center, size), headDistance($0) + 0.1) }
    }
  }

  private func eyeRadii(_ side: Float) -> Point {
    let tall = 0.088 + 0.050 * face.eyeSize
    return Point(tall * 1.22 * cosf(side * 0.44 + turn), tall)
  }

  private func paintEye(_ side: Float) {
    let center = project(side * 0.46, -0.02)
    let size = eyeRadii(side)
    canvas.paint(around: center, reach: size, rgb(0.98, 0.98, 0.97)) {
      ellipseDistance($0, center, size)
    }
    let irisRadius = size.y * 0.74
    let iris = center + Point((size.x - irisRadius * 0.55) * 0.85 * face.gaze, 0)
    func paintDisc(_ radius: Float, _ color: Color) {
      canvas.paint(around: iris, reach: Point(radius, radius), color) { p in
        max(
          ellipseDistance(p, iris, Point(radius * min(1, size.x / size.y), radius)),
          ellipseDistance(p, center, size))
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
      max(abs(ellipseDistance(p, center, size)) - 0.020, p.y - center.y + 0.35 * size.y)
    }
  }

  private func paintBrow(_ side: Float) {
    let eye = eyeRadii(side)
    let height = -0.02 - eye.y - 0.085 - 0.06 * face.brow
    // Stern brows fall towards the nose.
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
    // The side away from the light, or behind the turned nose.
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

  /// A parabola whose ends rise with the smile, opened downwards by laughter.
  private func paintMouth() {
    let center = project(0, 0.375, standingOut: 0.80)
    let halfWidth = (0.205 + 0.045 * face.smile) * (1 - 0.16 * abs(face.headTurn))
    let bend = 0.125 * face.smile
    let opening = 0.145 * max(0, face.smile - 0.15) / 0.85

    /// Height above the mouth's centre of the upper edge, and of one `open` lower in the middle.
    func edge(_ t: Float, _ open: Float) -> Float { bend * (0.5 - t * t) + open * (1 - t * t) }
    func edgeDistance(_ p: Point, _ open: Float) -> Float {
      let t = min(max((p.x - center.x) / halfWidth, -1), 1)
      let slope = -2 * t * (bend + open) / halfWidth
      let end = p.x - center.x - t * halfWidth
      let across = (p.y - center.y - edge(t, open)) / (1 + slope * slope).squareRoot()
      return (end * end + across * across).squareRoot()
    }
    func between(_ p: Point, _ upper: Float, _ lower: Float) -> Float {
      let t = min(max((p.x - center.x) / halfWidth, -1), 1)
      let y = p.y - center.y
      return max(edge(t, upper) - y, y - edge(t, lower), abs(p.x - center.x) - halfWidth)
    }

    let reach = Point(halfWidth, 0.5 * abs(bend) + opening) + 0.04
    if opening > 0.02 {
      canvas.paint(around: center, reach: reach, rgb(0.36, 0.08, 0.10)) { between($0, 0, opening) }
      canvas.paint(around: center, reach: reach, rgb(0.98, 0.97, 0.94)) { between($0, 0, 0.55 * opening) }
    }
    let thickness: Float = 0.031
    canvas.paint(around: center, reach: reach, palette.lips) {
      max(edgeDistance($0, opening) - thickness, headDistance($0))
    }
    if opening > 0.02 {
      canvas.paint(around: center, reach: reach, palette.lips) { edgeDistance($0, 0) - thickness * 0.7 }
    }
  }

  // MARK: - In front of the face

  /// A cap over the skull with an opening for the face; long hair hangs over the ears.
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
        // The parting lifts one side of the fringe.
        let tilt = 0.16 * (p.x - opening.x)
        return max(
          ellipseDistance(p, cap, capRadii),
          -ellipseDistance(Point(p.x, p.y + tilt), opening, openingRadii), p.y - bottom)
      })
  }
}
