/// The colors of a face, from its factors.
struct FacePalette {
  typealias Color = SIMD4<Float>

  let skin: Color
  let hair: Color
  let background: Color
  let shirt: Color
  let lips: Color

  init(_ face: Face) {
    skin = FacePalette.blend(
      [rgb(1.00, 0.87, 0.77), rgb(0.94, 0.74, 0.58), rgb(0.72, 0.49, 0.34), rgb(0.42, 0.26, 0.18)],
      at: face.skinTone)
    hair = FacePalette.blend(
      [
        rgb(0.10, 0.08, 0.09), rgb(0.33, 0.19, 0.11), rgb(0.66, 0.30, 0.12), rgb(0.93, 0.75, 0.36),
      ],
      at: face.hairColor)
    background = FacePalette.hue(0.8 * face.backgroundHue, saturation: 0.26, value: 0.92)
    shirt = FacePalette.hue(0.8 * face.backgroundHue + 0.45, saturation: 0.50, value: 0.62)
    lips = skin * rgb(0.80, 0.46, 0.46)
  }

  /// The color at `t`, 0 … 1, between equally spaced stops.
  private static func blend(_ stops: [Color], at t: Float) -> Color {
    let position = t * Float(stops.count - 1)
    let first = min(Int(position), stops.count - 2)
    return stops[first] + (stops[first + 1] - stops[first]) * (position - Float(first))
  }

  /// A hue of 0 … 1 around the color circle; it may continue past 1.
  private static func hue(_ hue: Float, saturation: Float, value: Float) -> Color {
    // The three phases of a triangle wave, clipped to a trapezoid.
    func channel(_ phase: Float) -> Float {
      let h = hue + phase
      return min(max(abs((h - h.rounded(.down)) * 6 - 3) - 1, 0), 1)
    }
    let pure = rgb(channel(0), channel(2 / 3), channel(1 / 3))
    return (Color(repeating: 1 - saturation) + pure * saturation) * value
  }
}

@inline(__always)
func rgb(_ red: Float, _ green: Float, _ blue: Float) -> SIMD4<Float> { SIMD4(red, green, blue, 0) }
