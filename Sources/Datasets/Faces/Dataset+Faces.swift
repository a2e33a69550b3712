import Tensors

extension Dataset {
  /// Faces drawn by the library, with their true factors, and with label 1 if smile > 0, otherwise 0.
  ///
  /// Face i of a seed is the same in any dataset and at any size. `firstIndex` selects later faces, which a
  /// training set with the same seed does not contain. Drawn on all workers and stored as bytes.
  ///
  /// - Throws: `.argument` for no faces, sides outside 16 … 128, or channels other than 1 and 3; `.memory`.
  package static func faces(
    rowCount: Int, shape: Shape, seed: UInt64, firstIndex: Int = 0, context: Context = .standard
  ) throws(GenerativeError) -> Dataset {
    try require(rowCount, in: 1...largestRowCount, "n_rows")
    try require(firstIndex, in: 0...Int(Int32.max), "first_index")
    try Face.check(shape)
    let width = Face.factors.count
    // Cannot overflow: 2³¹ rows of at most 128 × 128 × 3.
    let pixels = try Buffer<UInt8>(count: rowCount * shape.count, in: context.memory)
    let values = try Buffer<Float>(count: rowCount * width, in: context.memory)
    let labels = try Buffer<Int32>(count: rowCount, in: context.memory)

    // Each chunk has its own canvas.
    let chunkCount = min(rowCount, 64)
    let canvasSize = shape.height * shape.width
    let canvases = try Buffer<SIMD4<Float>>(count: chunkCount * canvasSize, in: context.memory)
    context.parallel(chunkCount) { chunk in
      for i in rowCount * chunk / chunkCount..<rowCount * (chunk + 1) / chunkCount {
        let face = Face(seed: seed, index: firstIndex + i)
        face.write(into: values.base + i * width)
        labels.base[i] = face.smile > 0 ? 1 : 0
        let row = pixels.base + i * shape.count
        face.draw(shape: shape, scratch: canvases.base + chunk * canvasSize) { row[$0] = quantize($1) }
      }
    }
    return bytes(
      pixels, rowCount: rowCount, shape: shape, labels: labels,
      factors: FactorTable(factors: Face.factors, values: values), context: context)
  }
}
