import Tensors

extension Dataset {
  /// The images of an IDX file, plain or gzipped, and their labels when `labelsPath` is given.
  ///
  /// Rank 4 gives N × H × W × C, rank 3 N × H × W × 1, rank 2 N vectors, rank 1 N single numbers.
  ///
  /// - Throws: as `IDXFile`; `.mismatch` when there are not as many labels as images.
  package static func idx(
    imagesPath: String, labelsPath: String? = nil, context: Context = .standard
  ) throws(GenerativeError) -> Dataset {
    let images = try IDXFile(path: imagesPath, in: context.memory)
    let d = images.dimensions
    let shape =
      switch d.count {
      case 1: Shape(features: 1)
      case 2: Shape(features: d[1])
      case 3: Shape(height: d[1], width: d[2], channels: 1)
      default: Shape(height: d[1], width: d[2], channels: d[3])
      }
    _ = try checkedCount(of: shape)
    var labels: Buffer<Int32>?
    if let labelsPath {
      let file = try IDXFile(path: labelsPath, in: context.memory)
      guard file.dimensions == [d[0]] else {
        let found = file.dimensions.map(String.init).joined(separator: " × ")
        throw GenerativeError(.mismatch, "\(labelsPath) has \(found) labels for \(d[0]) images")
      }
      let copy = try Buffer<Int32>(count: d[0], in: context.memory)
      for i in 0..<d[0] { copy.base[i] = Int32(file.elements.base[i]) }
      labels = copy
    }
    return bytes(images.elements, rowCount: d[0], shape: shape, labels: labels, context: context)
  }
}
