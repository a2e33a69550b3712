import Kernels

/// Pixels of a square that exist, in rows and columns.
private typealias Part = (rows: Range<Int>, columns: Range<Int>)

extension Cases {
  /// The transforms together are a correlation of 5 × 5 pixels with 2 × 2 taps, and its gradient.
  func checkWinograd() {
    let patches: [Part] = [(0..<5, 0..<5), (1..<5, 0..<4), (0..<2, 2..<5), (3..<4, 1..<2)]
    let tiles: [Part] = [(0..<4, 0..<4), (0..<3, 1..<4), (2..<4, 0..<1), (0..<4, 0..<2)]
    for patch in patches {
      for tile in tiles {
        checkCorrelation(patch, tile, inputs: 48, outputs: 64)
        checkTapGradient(patch, tile, channels: 48)
      }
    }
  }

  private func window(_ part: Part, rowStride: Int, pixelStride: Int) -> WinogradKernels.Window {
    WinogradKernels.Window(
      rowStride: rowStride, pixelStride: pixelStride, firstRow: part.rows.lowerBound,
      endRow: part.rows.upperBound, firstColumn: part.columns.lowerBound, endColumn: part.columns.upperBound)
  }

  private func checkCorrelation(_ patch: Part, _ tile: Part, inputs: Int, outputs: Int) {
    let (kernels, points, width) = (table.winograd, WinogradKernels.pointCount, table.product.tileColumns)
    // Pixels and rows have gaps between them.
    let (pixel, row) = (inputs + 3, 5 * (inputs + 3) + 2)
    let pixels = noise(5 * row, seed: 41)
    let (tapStride, tapRow) = (inputs * outputs + 5, 2 * (inputs * outputs + 5) + 1)
    let taps = noise(2 * tapRow, seed: 42)
    let input = Block<Float>(points * (inputs + 1)) { _ in 77 }
    kernels.transformPatch(
      pixels.base, window(patch, rowStride: row, pixelStride: pixel), inputs, input.base, inputs + 1)
    let weights = Block<Float>(points * inputs * outputs) { _ in 77 }
    for j in stride(from: 0, to: outputs, by: width) {
      kernels.transformTaps(
        taps.base + j, tapRow, tapStride, outputs, inputs, weights.base + j * inputs, inputs * outputs)
    }
    let products = Block<Float>(points * (outputs + 1)) { at in
      let (p, j) = (at / (outputs + 1), at % (outputs + 1))
      var sum = 0.0
      for c in 0..<inputs where j < outputs {
        let weight = p * inputs * outputs + j / width * width * inputs + c * width + j % width
        sum += Double(input[p * (inputs + 1) + c]) * Double(weights[weight])
      }
      return Float(sum)
    }
    let (outPixel, outRow) = (outputs + 1, 4 * (outputs + 1) + 3)
    let results = Block<Float>(4 * outRow) { _ in 77 }
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
    let name = "patch \(text(patch)), tile \(text(tile))"
    // Where the two do not meet the sum is 0, and its error that of the transforms.
    check("winograd \(name)", error / max(size, 1), within: 1e-5, intact: isIntact)
  }

  private func checkTapGradient(_ patch: Part, _ tile: Part, channels: Int) {
    let (kernels, points) = (table.winograd, WinogradKernels.pointCount)
    let (pixel, row) = (channels + 3, 5 * (channels + 3) + 2)
    let pixels = noise(5 * row, seed: 43)
    let gradients = noise(5 * row, seed: 44)
    let first = Block<Float>(points * channels) { _ in 77 }
    let second = Block<Float>(points * channels) { _ in 77 }
    kernels.transformPatch(
      pixels.base, window(patch, rowStride: row, pixelStride: pixel), channels, first.base, channels)
    kernels.transformTile(
      gradients.base, window(tile, rowStride: row, pixelStride: pixel), channels, second.base, channels)
    let products = Block<Float>(points * channels) { Float(Double(first[$0]) * Double(second[$0])) }
    let (tapStride, tapRow) = (channels + 1, 2 * channels + 5)
    let taps = Block<Float>(2 * tapRow) { _ in 77 }
    kernels.addTaps(products.base, channels, channels, taps.base, tapRow, tapStride)

    var (error, size) = (0.0, 0.0)
    for (i, j) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
      for c in 0..<channels {
        var sum = 77.0
        for y in tile.rows where patch.rows.contains(y + i) {
          for x in tile.columns where patch.columns.contains(x + j) {
            sum +=
              Double(pixels[(y + i) * row + (x + j) * pixel + c]) * Double(gradients[y * row + x * pixel + c])
          }
        }
        error = worse(error, abs(Double(taps[i * tapRow + j * tapStride + c]) - sum))
        size = max(size, abs(sum))
      }
    }
    check(
      "winograd gradient, patch \(text(patch)), tile \(text(tile))", error / size, within: 1e-5,
      intact: first.isIntact && second.isIntact && taps.isIntact)
  }

  private func text(_ part: Part) -> String {
    let (rows, columns) = (part.rows, part.columns)
    return "\(rows.lowerBound)..<\(rows.upperBound) x \(columns.lowerBound)..<\(columns.upperBound)"
  }
}
