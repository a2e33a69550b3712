import Tensors

extension Face {
  /// The range of sides at which faces can be drawn.
  package static let sides = 16...128

  /// Throws `.argument` unless faces can be drawn in `shape`: sides of 16 … 128, 1 or 3 channels.
  static func check(_ shape: Shape) throws(GenerativeError) {
    try require(shape.height, in: sides, "the height of faces")
    try require(shape.width, in: sides, "the width of faces")
    guard shape.channels == 1 || shape.channels == 3 else {
      throw GenerativeError(.argument, "faces have 1 or 3 channels, not \(shape.channels)")
    }
  }

  /// Draws this face as one row of floats in [0, 1], with factors clamped to their ranges. Gray is 0.299 R +
  /// 0.587 G + 0.114 B.
  ///
  /// - Throws: `.argument` for a shape in which faces cannot be drawn; `.memory`.
  package func draw(
    shape: Shape, into row: UnsafeMutablePointer<Float>, in memory: Memory = .standard
  ) throws(GenerativeError) {
    try Face.check(shape)
    let scratch = try Buffer<SIMD4<Float>>(count: shape.height * shape.width, in: memory)
    clamped.draw(shape: shape, scratch: scratch.base) { row[$0] = $1 }
  }

  /// Draws this face with scratch memory for height × width colors. Calls `emit` for each number.
  @inline(__always)
  func draw(
    shape: Shape, scratch: UnsafeMutablePointer<SIMD4<Float>>,
    emit: (_ index: Int, _ value: Float) -> Void
  ) {
    let canvas = FaceCanvas(height: shape.height, width: shape.width, pixels: scratch)
    FacePainter(self, on: canvas).paint()
    for i in 0..<shape.height * shape.width {
      let color = scratch[i].clamped(lowerBound: SIMD4(repeating: 0), upperBound: SIMD4(repeating: 1))
      if shape.channels == 1 {
        emit(i, min(0.299 * color.x + 0.587 * color.y + 0.114 * color.z, 1))
      } else {
        for c in 0..<3 { emit(3 * i + c, color[c]) }
      }
    }
  }
}
