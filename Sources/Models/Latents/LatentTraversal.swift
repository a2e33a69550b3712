import Tensors

/// Rows of latents in which one property changes and everything else stays the same.
package enum LatentTraversal {
  /// Latents in which one axis after another runs from −`range` to `range`, with all others at the base:
  /// "vary z₁, vary z₂".
  ///
  /// - Parameters:
  ///   - base: `latentSize` floats; nil: zero.
  ///   - axes: the latents that vary, each in 0 ..< latentSize; nil: all.
  ///   - axisCount: the number of `axes`; the latent size for nil.
  ///   - deviations: the value of one unit of `range` for each latent, `latentSize` floats; nil: 1.
  ///   - stepCount: at least 2.
  ///   - z: receives axisCount × stepCount rows, one axis after another.
  package static func alongAxes(
    base: UnsafePointer<Float>?, latentSize: Int, axes: UnsafePointer<Int64>?, axisCount: Int,
    deviations: UnsafePointer<Float>?, range: Double, stepCount: Int,
    into z: UnsafeMutablePointer<Float>
  ) {
    for k in 0..<axisCount {
      let axis = axes.map { Int($0[k]) } ?? k
      let reach = range * (deviations.map { Double($0[axis]) } ?? 1)
      for step in 0..<stepCount {
        let row = z + (k * stepCount + step) * latentSize
        if let base {
          row.update(from: base, count: latentSize)
        } else {
          row.update(repeating: 0, count: latentSize)
        }
        row[axis] = Float(position(step, stepCount, -reach, reach))
      }
    }
  }

  /// Moves each latent along a direction so that its projection on it runs from `low` to `high`. The
  /// component orthogonal to the direction is unchanged.
  ///
  ///     z(s) = z + (s − z·v)·v,   v = direction / |direction|
  ///
  /// - Parameters:
  ///   - latents: rows × latentSize.
  ///   - stepCount: at least 2.
  ///   - z: receives rows × stepCount rows, one latent after another.
  /// - Throws: `.argument` for a direction of length zero.
  package static func alongDirection(
    _ direction: UnsafePointer<Float>, latents: UnsafePointer<Float>, rows: Int, latentSize: Int,
    low: Double, high: Double, stepCount: Int, into z: UnsafeMutablePointer<Float>
  ) throws(GenerativeError) {
    let scale = length(direction, latentSize)
    guard scale > 0 else {
      throw GenerativeError(.argument, "direction must not have length zero")
    }
    for row in 0..<rows {
      let latent = latents + row * latentSize
      let projection =
        (0..<latentSize).reduce(0) { $0 + Double(latent[$1]) * Double(direction[$1]) } / scale
      for step in 0..<stepCount {
        let move = (position(step, stepCount, low, high) - projection) / scale
        let moved = z + (row * stepCount + step) * latentSize
        for i in 0..<latentSize { moved[i] = Float(Double(latent[i]) + move * Double(direction[i])) }
      }
    }
  }

  /// The position of step `step` of `count` from `low` to `high`. Both ends are exact.
  private static func position(_ step: Int, _ count: Int, _ low: Double, _ high: Double) -> Double {
    let t = Double(step) / Double(max(count - 1, 1))
    return (1 - t) * low + t * high
  }
}
