import Tensors

/// Many small images arranged in a grid.
package struct ImageGrid: Sendable {
  /// How values are mapped to brightness.
  package enum Scaling: Sendable {
    /// 0 is black and 1 is white. Values outside are clamped.
    case unit
    /// The minimum of each cell is black and its maximum is white, for principal components and similar data.
    /// A constant cell is middle gray.
    case cellRange
  }

  /// The number of cells per line; nil for the number that makes the grid about square.
  package var columnCount: Int?
  package var scaling = Scaling.unit
  /// The side in pixels of the block that represents each value, at least 1.
  package var enlargement = 1
  /// The number of pixels between cells.
  package var spacing = 2
  /// The number of pixels around all cells.
  package var margin = 2
  /// The brightness of pixels that no cell covers.
  package var background: UInt8 = 255

  package init(
    columnCount: Int? = nil, scaling: Scaling = .unit, enlargement: Int = 1, spacing: Int = 2,
    margin: Int = 2, background: UInt8 = 255
  ) {
    self.columnCount = columnCount
    self.scaling = scaling
    self.enlargement = enlargement
    self.spacing = spacing
    self.margin = margin
    self.background = background
  }

  /// Draws `rowCount` packed rows of `shape`, from left to right and top to bottom.
  ///
  /// - Throws: `.argument` for channels other than 1, 3 and 4, no rows, or an option out of range; `.limit`
  ///   if the image would be too large.
  package func draw(
    _ rows: UnsafePointer<Float>, rowCount: Int, shape: Shape, limits: InputLimits = .standard,
    in memory: Memory = .standard
  ) throws(GenerativeError) -> Image {
    let columns = columnCount ?? squareColumnCount(rowCount, limits)
    try require(rowCount, in: 1...Int(Int32.max), "the row count of an image grid")
    try require(columns, in: 1...limits.sideLength, "columns")
    try require(enlargement, in: 1...256, "enlargement")
    try require(spacing, in: 0...1024, "spacing")
    try require(margin, in: 0...1024, "margin")
    let lines = (rowCount - 1) / columns + 1
    let image = try Image(
      shape: Shape(
        height: try extent(cells: lines, side: shape.height, limits),
        width: try extent(cells: min(columns, rowCount), side: shape.width, limits),
        channels: shape.channels),
      limits: limits, in: memory)
    image.pixels.base.update(repeating: background, count: image.pixels.count)

    for i in 0..<rowCount {
      let top = margin + (i / columns) * (shape.height * enlargement + spacing)
      let left = margin + (i % columns) * (shape.width * enlargement + spacing)
      drawCell(rows + i * shape.count, shape, into: image, top: top, left: left)
    }
    return image
  }

  private func drawCell(
    _ row: UnsafePointer<Float>, _ shape: Shape, into image: Image, top: Int, left: Int
  ) {
    let (low, span) = range(of: row, count: shape.count)
    let channels = shape.channels
    for y in 0..<shape.height * enlargement {
      let source = row + (y / enlargement) * shape.width * channels
      let target = image.pixels.base + ((top + y) * image.width + left) * channels
      for x in 0..<shape.width * enlargement {
        for c in 0..<channels {
          target[x * channels + c] = quantize((source[(x / enlargement) * channels + c] - low) / span)
        }
      }
    }
  }

  private func squareColumnCount(_ rowCount: Int, _ limits: InputLimits) -> Int {
    let root = Float(max(rowCount, 1)).squareRoot().rounded(.up)
    return Int(min(root, Float(limits.sideLength)))
  }

  /// The value that becomes black, and the distance from it to the value that becomes white.
  private func range(of row: UnsafePointer<Float>, count: Int) -> (low: Float, span: Float) {
    guard scaling == .cellRange else { return (0, 1) }
    var low = Float.infinity
    var high = -Float.infinity
    for i in 0..<count {
      low = min(low, row[i])
      high = max(high, row[i])
    }
    return high > low ? (low, high - low) : (low - 0.5, 1)
  }

  /// The number of pixels that `cells` cells of `side` take along one axis.
  private func extent(
    cells: Int, side: Int, _ limits: InputLimits
  ) throws(GenerativeError) -> Int {
    guard side >= 1, side <= limits.sideLength,
      let total = checkedProduct(cells, side * enlargement + spacing), total <= Int(Int32.max)
    else {
      throw GenerativeError(.limit, "an image grid of \(cells) cells of \(side) pixels is too large")
    }
    return total - spacing + 2 * margin
  }
}

/// Throws `.argument` unless `value` lies in `range`.
func require(_ value: Int, in range: ClosedRange<Int>, _ name: String) throws(GenerativeError) {
  guard range.contains(value) else {
    throw GenerativeError(
      .argument, "\(name) must be between \(range.lowerBound) and \(range.upperBound), not \(value)")
  }
}
