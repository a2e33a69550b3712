import Glibc

extension Context {
  /// y[i] ← uniform in [low, high), element `offset + i` of the stream.
  package func fillUniform(
    _ y: Output, count: Int, from random: Random, offset: Int = 0, low: Float = 0, high: Float = 1
  ) {
    for i in 0..<count { y[i] = low + (high - low) * random.uniform(at: offset + i) }
  }

  /// y[i] ← mean + deviation · N(0, 1), element `offset + i` of the stream (Box–Muller on the words
  /// of one counter: four normals from four words).
  package func fillNormal(
    _ y: Output, count: Int, from random: Random, offset: Int = 0, mean: Float = 0, deviation: Float = 1
  ) {
    for i in 0..<count {
      let e = offset + i
      let w = random.words(UInt64(e) >> 2)
      let pair = e & 2
      let u = (Float(w[pair] >> 8) + 1) * 0x1p-24  // (0, 1]
      let angle = 2 * Float.pi * Float(w[pair + 1] >> 8) * 0x1p-24
      let radius = (-2 * logf(u)).squareRoot()
      y[i] = mean + deviation * radius * (e & 1 == 0 ? cosf(angle) : sinf(angle))
    }
  }
}
