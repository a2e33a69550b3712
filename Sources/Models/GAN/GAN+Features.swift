import Networks
import Tensors
import Training

/// The discriminator's convolutions as features of images (Radford, Metz & Chintala, ICLR 2016, section 5.1).
/// For each level in turn, the features are the maximum of each channel in each cell of a 4 × 4 grid.
extension GAN {
  /// The number of cells along each side of a level's grid. A level with fewer pixels has one cell per pixel.
  private static let gridSide = 4

  /// The number of features per row.
  ///
  /// - Throws: `.state` for a dense model.
  package var featureCount: Int {
    get throws(GenerativeError) {
      var count = 0
      for (_, shape) in try levels() { count += cells(shape.height) * cells(shape.width) * shape.channels }
      return count
    }
  }

  /// features ← the features of rows x, rows × `featureCount`.
  ///
  /// - Parameter labels: for a conditional model, one class per row.
  /// - Throws: `.state` for a dense model; errors of `discriminate`; `.memory`.
  package func features(
    _ x: UnsafePointer<Float>, rows: Int, given labels: UnsafePointer<Int32>? = nil,
    into features: UnsafeMutablePointer<Float>
  ) throws(GenerativeError) {
    try Labels.check(labels, classCount: options.classCount)
    let levels = try levels()
    let width = options.shape.count
    let featureCount = try featureCount
    let network = discriminator.network
    // A workspace for training keeps every layer's output.
    let block = min(rows, 32)
    let workspace = try Workspace(network, rows: max(block, 1), .training, context: context)
    try discriminating.inBlocks(rows, of: width, atMost: block) {
      (inside, first, count) throws(GenerativeError) in
      self.prepare(x + first * width, rows: count, into: inside)
      _ = network.forward(
        inside, rows: count, given: labels.map { $0 + first }, self.discriminator.weights, workspace,
        .inference)
      var offset = first * featureCount
      for (layer, shape) in levels {
        self.pool(
          workspace.output(layer), shape, rows: count, into: features + offset, stride: featureCount)
        offset += self.cells(shape.height) * self.cells(shape.width) * shape.channels
      }
    }
  }

  /// The layers that end a level of the discriminator, after norm, labels and activation, and the shapes of
  /// their outputs.
  private func levels() throws(GenerativeError) -> [(layer: Int, shape: Shape)] {
    guard options.architecture == .convolutional else {
      throw GenerativeError(.state, "features need a convolutional discriminator, this one is dense")
    }
    let layers = discriminator.network.layers
    var levels: [(layer: Int, shape: Shape)] = []
    for (index, layer) in layers.enumerated() {
      guard layer.levelRole == .begins else { continue }
      let ends = layers[(index + 1)...].prefix { $0.levelRole == .finishes }
      levels.append((index + ends.count, layer.output))
    }
    return levels
  }

  private func cells(_ side: Int) -> Int { min(Self.gridSide, side) }

  /// The maximum of each channel in each cell. Cell i of n covers i·side/n ..< ⌈(i+1)·side/n⌉.
  private func pool(
    _ x: UnsafePointer<Float>, _ shape: Shape, rows: Int, into y: UnsafeMutablePointer<Float>, stride: Int
  ) {
    let (down, across) = (cells(shape.height), cells(shape.width))
    func span(_ cell: Int, _ cells: Int, _ side: Int) -> Range<Int> {
      cell * side / cells..<((cell + 1) * side + cells - 1) / cells
    }
    context.parallel(rows) { row in
      let image = x + row * shape.count
      for cell in 0..<down * across {
        let (i, j) = cell.quotientAndRemainder(dividingBy: across)
        let best = y + row * stride + cell * shape.channels
        best.update(repeating: -.infinity, count: shape.channels)
        for v in span(i, down, shape.height) {
          for h in span(j, across, shape.width) {
            let pixel = image + (v * shape.width + h) * shape.channels
            for c in 0..<shape.channels { best[c] = max(best[c], pixel[c]) }
          }
        }
      }
    }
  }
}
