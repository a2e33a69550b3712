import Tensors

/// The appearance of a drawn face: ten independent factors, each with a stated range.
package struct Face: Equatable, Sendable {
  /// −1 is a deep frown, 1 a laugh that shows teeth.
  package var smile: Float = 0
  /// −1 is turned by 29 degrees to the left of the image, 1 to its right.
  package var headTurn: Float = 0
  /// From 0, black, through brown and red to 1, blond.
  package var hairColor: Float = 0.35
  /// 0 is cropped, 1 reaches over the shoulders.
  package var hairLength: Float = 0.4
  /// 0 is light, 1 dark.
  package var skinTone: Float = 0.3
  /// From 0, red, through yellow, green and blue to 1, violet.
  package var backgroundHue: Float = 0.55
  /// 0 is small, 1 large.
  package var eyeSize: Float = 0.5
  /// −1 looks to the left of the image, 1 to its right, relative to the head.
  package var gaze: Float = 0
  /// −1 is lowered and stern, 1 raised.
  package var brow: Float = 0
  /// 0 is narrow, 1 round.
  package var faceWidth: Float = 0.5

  package init() {}

  /// The factors in the order of `values`.
  package static let factors = fields.map({ $0.factor })

  private static let fields:
    [(factor: Factor, place: @Sendable (inout Face, (inout Float) -> Void) -> Void)] = [
      (Factor(name: "smile", range: -1...1), { $1(&$0.smile) }),
      (Factor(name: "head_turn", range: -1...1), { $1(&$0.headTurn) }),
      (Factor(name: "hair_color", range: 0...1), { $1(&$0.hairColor) }),
      (Factor(name: "hair_length", range: 0...1), { $1(&$0.hairLength) }),
      (Factor(name: "skin_tone", range: 0...1), { $1(&$0.skinTone) }),
      (Factor(name: "background_hue", range: 0...1), { $1(&$0.backgroundHue) }),
      (Factor(name: "eye_size", range: 0...1), { $1(&$0.eyeSize) }),
      (Factor(name: "gaze", range: -1...1), { $1(&$0.gaze) }),
      (Factor(name: "brow", range: -1...1), { $1(&$0.brow) }),
      (Factor(name: "face_width", range: 0...1), { $1(&$0.faceWidth) }),
    ]

  /// A face with the given factors, in the order of `factors`. Each is clamped to its range; NaN becomes the
  /// range's lower end.
  package init(values: UnsafePointer<Float>) {
    for (i, field) in Face.fields.enumerated() { field.place(&self) { $0 = values[i] } }
    self = clamped
  }

  /// This face with every factor in its range.
  var clamped: Face {
    var face = self
    for field in Face.fields {
      let range = field.factor.range
      field.place(&face) { $0 = $0 > range.lowerBound ? min($0, range.upperBound) : range.lowerBound }
    }
    return face
  }

  /// Face `index` of `seed`: every factor is uniform in its range and independent of the others.
  ///
  /// Indices run from 0 to 2³² − 1; higher bits are ignored.
  package init(seed: UInt64, index: Int) {
    let random = Random(seed: seed, purpose: .faces)
    // Twelve numbers per face: three counters with four words each.
    let first = 12 * Int(UInt32(truncatingIfNeeded: index))
    for (i, field) in Face.fields.enumerated() {
      let range = field.factor.range
      let u = random.uniform(at: first + i)
      field.place(&self) { $0 = range.lowerBound + u * (range.upperBound - range.lowerBound) }
    }
  }

  /// Writes the factors in the order of `factors`.
  package func write(into values: UnsafeMutablePointer<Float>) {
    var face = self
    for (i, field) in Face.fields.enumerated() { field.place(&face) { values[i] = $0 } }
  }
}
