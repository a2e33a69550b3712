import Kernels

/// Pixels of a square that exist, in rows and columns.
private typealias Part = (rows: Range<Int>, columns: Range<Int>)

extension Cases {
  /// The transforms together are a correlation of (t + 1) × (t + 1) pixels with 2 × 2 taps, and its gradient.
  func checkWinograd() {
    let patches: [Part] = [(0..<5, 0..<5), (1..<5, 0..<4), (0..<2, 2..<5), (3..<4, 1..<2)]
    let tiles: [Part] = [(0..<4, 0..<4), (0..<3, 1..<4), (2..<4, 0..<1), (0..<4, 0..<2)]
    check(WinogradSet(table.winograd, table.product, isRounded: false), patches, tiles)
    let smallPatches: [Part] = [(0..<3, 0..<3), (1..<3, 0..<2), (0..<2, 2..<3), (1..<2, 1..<3)]
    let smallTiles: [Part] = [(0..<2, 0..<2), (0..<1, 1..<2), (1..<2, 0..<1), (0..<2, 0..<1)]
    check(
      WinogradSet(table.roundedWinograd, table.roundedProduct, isRounded: true), smallPatches, smallTiles)
  }

  private func check(_ set: WinogradSet, _ patches: [Part], _ tiles: [Part]) {
    for patch in patches {
      for tile in tiles {
        checkCorrelation(set, patch, tile, inputs: 48, outputs: 64)
        checkTapGradient(set, patch, tile, channels: 48)
      }
    }
  }

  private func window(_ part: Part, rowStride: Int, pixelStride: Int) -> WinogradKernels.Window {
    WinogradKernels.Window(
      rowStride: rowStride, pixelStride: pixelStride, firstRow: part.rows.lowerBound,
      endRow: part.rows.upperBound, firstColumn: part.columns.lowerBound, endColumn: part.columns.upperBound)
  }

  private func checkCorrelation(
    _ set: WinogradSet, _ patch: Part, _ tile: Part, inputs: Int, outputs: Int
  ) {
    let (kernels, points, width) = (set.kernels, set.kernels.pointCount, table.product.tileColumns)
    let (patchSize, lanes) = (kernels.tileSize + 1, set.product.lanes(inputs))
    // Pixels and rows have gaps between them.
    let (pixel, row) = (inputs + 3, patchSize * (inputs + 3) + 2)
    let pixels = set.operand(patchSize * row, seed: 41)
    let (tapStride, tapRow) = (inputs * outputs + 5, 2 * (inputs * outputs + 5) + 1)
    let taps = set.operand(2 * tapRow, seed: 42)
    let input = Block<Float>(points * (lanes + 1)) { _ in 77 }
    kernels.transformPatch(
      pixels.base, window(patch, rowStride: row, pixelStride: pixel), inputs, input.base, lanes + 1)
    let weights = Block<Float>(points * lanes * outputs) { _ in 77 }
    for j in stride(from: 0, to: outputs, by: width) {
      kernels.transformTaps(
        taps.base + j, tapRow, tapStride, outputs, inputs, weights.base + j * lanes, lanes * outputs)
    }
    let products = Block<Float>(points * (outputs + 1)) { at in
      let (p, j) = (at / (outputs + 1), at % (outputs + 1))
      var sum = 0.0
      for c in 0..<inputs where j < outputs {
        let panel = p * lanes * outputs + j / width * width * lanes + j % width
        sum +=
          Double(set.element(input, p * (lanes + 1), c, stride: 1))
          * Double(set.element(weights, panel, c, stride: width))
      }
      return Float(sum)
    }
    let (outPixel, outRow) = (outputs + 1, kernels.tileSize * (outputs + 1) + 3)
    let results = Block<Float>(kernels.tileSize * outRow) { _ in 77 }
    kernels.makeTile(
      products.base, outputs + 1, outputs, results.base,
      window(tile, rowStride: outRow, pixelStride: outPixel))

    let isIntact = input.isIntact && weights.isIntact && results.isIntact
    let written = Block<Bool>(results.count) { _ in false }
    var (error, size) = (0.0, 0.0)
    for y in tile.rows {
      for x in tile.columns {
        for o in 0..<outputs {
          var sum = 0.0
          for (i, j) in [(0, 0), (0, 1), (1, 0), (1, 1)]
          where patch.rows.contains(y + i) && patch.columns.contains(x + j) {
            for c in 0..<inputs {
              sum +=
                Double(pixels[(y + i) * row + (x + j) * pixel + c])
                * Double(taps[i * tapRow + j * tapStride + c * outputs + o])
            }
          }
          let place = y * outRow + x * outPixel + o
          written[place] = true
          error = worse(error, abs(Double(results[place]) - sum))
          size = max(size, abs(sum))
        }
      }
    }
    for i in 0..<results.count where !written[i] && results[i] != 77 { error = .infinity }
    // Where the two do not meet the sum is 0, and its error that of the transforms.
    check(
      "winograd \(set.name) patch \(text(patch)), tile \(text(tile))", error / max(size, 1),
      within: set.limit, intact: isIntact)
  }

  private func checkTapGradient(_ set: WinogradSet, _ patch: Part, _ tile: Part, channels: Int) {
    let (kernels, points) = (set.kernels, set.kernels.pointCount)
    let patchSize = kernels.tileSize + 1
    let (pixel, row) = (channels + 3, patchSize * (channels + 3) + 2)
    let place = window(patch, rowStride: row, pixelStride: pixel)
    let tilePlace = window(tile, rowStride: row, pixelStride: pixel)
    // With two elements per lane, the second tile is of other pixels, and its part of the sum is checked, too.
    let sets = set.product.depthPerLane
    let pixels = set.operand(2 * patchSize * row, seed: 43)
    let gradients = set.operand(2 * patchSize * row, seed: 44)
    let second = patchSize * row
    let patches = Block<Float>(points * channels) { _ in 77 }
    let tiles = Block<Float>(points * channels) { _ in 77 }
    kernels.transformPatches(
      pixels.base, place, pixels.base + second, place, channels, patches.base, channels)
    kernels.transformTiles(
      gradients.base, tilePlace, gradients.base + second, tilePlace, channels, tiles.base, channels)
    let products = Block<Float>(points * channels) { at in
      var sum = 0.0
      for i in 0..<sets {
        sum += Double(set.element(patches, at, i, stride: 0)) * Double(set.element(tiles, at, i, stride: 0))
      }
      return Float(sum)
    }
    let (tapStride, tapRow) = (channels + 1, 2 * channels + 5)
    let taps = Block<Float>(2 * tapRow) { _ in 77 }
    kernels.addTaps(products.base, channels, channels, taps.base, tapRow, tapStride)

    var (error, size) = (0.0, 0.0)
    for (i, j) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
      for c in 0..<channels {
        var sum = 77.0
        for start in [0, second].prefix(sets) {
          for y in tile.rows where patch.rows.contains(y + i) {
            for x in tile.columns where patch.columns.contains(x + j) {
              sum +=
                Double(pixels[start + (y + i) * row + (x + j) * pixel + c])
                * Double(gradients[start + y * row + x * pixel + c])
            }
          }
        }
        error = worse(error, abs(Double(taps[i * tapRow + j * tapStride + c]) - sum))
        size = max(size, abs(sum))
      }
    }
    check(
      "winograd \(set.name) gradient, patch \(text(patch)), tile \(text(tile))", error / size,
      within: set.limit, intact: patches.isIntact && tiles.isIntact && taps.isIntact)
  }

  private func text(_ part: Part) -> String {
    let (rows, columns) = (part.rows, part.columns)
    return "\(rows.lowerBound)..<\(rows.upperBound) x \(columns.lowerBound)..<\(columns.upperBound)"
  }
}

/// The transforms of one precision, with operands that they do not round.
private struct WinogradSet {
  let kernels: WinogradKernels
  let product: ProductKernels
  let isRounded: Bool

  init(_ kernels: WinogradKernels, _ product: ProductKernels, isRounded: Bool) {
    (self.kernels, self.product, self.isRounded) = (kernels, product, isRounded)
  }

  var name: String { isRounded ? "rounded" : "float" }
  /// Points of integers are exact.
  var limit: Double { isRounded ? 0 : 1e-5 }

  /// Noise, or integers up to 8. The sums of four that a transform forms are bfloat16 numbers.
  func operand(_ count: Int, seed: Int) -> Block<Float> {
    let numbers = noise(count, seed: seed)
    return isRounded ? Block(count) { Float(Int(8 * numbers[$0])) } : numbers
  }

  /// Element `i` of a column of lanes that starts at `start`.
  func element(_ lanes: Block<Float>, _ start: Int, _ i: Int, stride: Int) -> Float {
    guard product.depthPerLane == 2 else { return lanes[start + i * stride] }
    let bits = lanes[start + i / 2 * stride].bitPattern
    return Float(bitPattern: i % 2 == 0 ? bits & 0xffff_0000 : bits << 16)
  }
}
