import Tensors

/// What a drawn face looks like: ten independent factors, each with a stated range.
package struct Face: Equatable, Sendable {
  /// −1 a deep frown … 1 a laugh that shows teeth.
  package var smile: Float = 0
  /// −1 turned to the picture's left … 1 to its right, by 29 degrees.
  package var headTurn: Float = 0
  /// 0 black, over brown and red … 1 blond.
  package var hairColor: Float = 0.35
  /// 0 cropped … 1 over the shoulders.
  package var hairLength: Float = 0.4
  /// 0 light … 1 dark.
  package var skinTone: Float = 0.3
  /// 0 red, over yellow, green and blue … 1 violet.
  package var backgroundHue: Float = 0.55
  /// 0 small … 1 large.
  package var eyeSize: Float = 0.5
  /// −1 eyes to the picture's left … 1 to its right, within the head.
  package var gaze: Float = 0
  /// −1 lowered and stern … 1 raised.
  package var brow: Float = 0
  /// 0 narrow … 1 round.
  package var faceWidth: Float = 0.5

  package init() {}

  /// The factors in the order of `values`.
  package static let factors = fields.map(\.factor)

  private static let fields: [(factor: Factor, path: WritableKeyPath<Face, Float> & Sendable)] = [
    (Factor(name: "smile", range: -1...1), \.smile),
    (Factor(name: "head_turn", range: -1...1), \.headTurn),
    (Factor(name: "hair_color", range: 0...1), \.hairColor),
    (Factor(name: "hair_length", range: 0...1), \.hairLength),
    (Factor(name: "skin_tone", range: 0...1), \.skinTone),
    (Factor(name: "background_hue", range: 0...1), \.backgroundHue),
    (Factor(name: "eye_size", range: 0...1), \.eyeSize),
    (Factor(name: "gaze", range: -1...1), \.gaze),
    (Factor(name: "brow", range: -1...1), \.brow),
    (Factor(name: "face_width", range: 0...1), \.faceWidth),
  ]

  /// A face of given factors, in the order of `factors`; each is clamped to its range, and what is no
  /// number becomes the range's lower end.
  package init(values: UnsafePointer<Float>) {
    for (i, field) in Face.fields.enumerated() {
      let range = field.factor.range
      let value = values[i]
      self[keyPath: field.path] = value > range.lowerBound ? min(value, range.upperBound) : range.lowerBound
    }
  }

  /// Face `index` of `seed`: every factor uniform in its range and independent of the others.
  ///
  /// Indices run from 0 to 2³² − 1; higher bits are ignored.
  package init(seed: UInt64, index: Int) {
    let random = Random(seed: seed, purpose: .faces)
    // Twelve numbers a face, three counters of four words.
    let first = 12 * Int(UInt32(truncatingIfNeeded: index))
    for (i, field) in Face.fields.enumerated() {
      let range = field.factor.range
      let u = random.uniform(at: first + i)
      self[keyPath: field.path] = range.lowerBound + u * (range.upperBound - range.lowerBound)
    }
  }

  /// Writes the factors in the order of `factors`.
  package func write(into values: UnsafeMutablePointer<Float>) {
    for (i, field) in Face.fields.enumerated() { values[i] = self[keyPath: field.path] }
  }
}
