import Glibc
import Tensors

/// Processes images larger than a model's rows tile by tile.
///
/// Tiles overlap by half or more, evenly along each side. They are blended by a raised cosine, sin²(π(i +
/// ½)/n) for pixel i of n, divided by the sum of the tiles' weights at each pixel. A tile has the least
/// weight at its border, where the model does not see the surroundings.
extension Autoencoder {
  /// y ← images processed by the model. Both are n × height × width × the model's channels.
  ///
  /// An image of a row's size is a single tile.
  ///
  /// - Throws: `.mismatch` for an image smaller than a row; `.memory`; `.cancelled`.
  package func reconstructImages(
    _ x: UnsafePointer<Float>, count: Int, height: Int, width: Int, into y: UnsafeMutablePointer<Float>
  ) throws(GenerativeError) {
    let shape = options.shape
    guard height >= shape.height, width >= shape.width else {
      throw GenerativeError(
        .mismatch, "images of \(height) x \(width) are smaller than the rows of the model, \(shape)")
    }
    let down = try Tiling(height, by: shape.height, context)
    let across = try Tiling(width, by: shape.width, context)
    let (line, size) = (width * shape.channels, height * width * shape.channels)
    let tileCount = down.starts.count * across.starts.count
    let tileLine = shape.width * shape.channels
    let block = min(tileCount, max(1, (1 << 20) / shape.count))
    let tiles = try Buffer<Float>(count: block * shape.count, in: context.memory)
    let results = try Buffer<Float>(count: block * shape.count, in: context.memory)
    let sums = try Buffer<Float>(count: size, in: context.memory)
    for image in 0..<count {
      let source = x + image * size
      sums.base.update(repeating: 0, count: size)
      for first in stride(from: 0, to: tileCount, by: block) {
        try Run.proceed(image * tileCount + first, of: count * tileCount)
        let numbers = first..<min(first + block, tileCount)
        for number in numbers {
          let (i, j) = number.quotientAndRemainder(dividingBy: across.starts.count)
          let corner = source + down.starts[i] * line + across.starts[j] * shape.channels
          let tile = tiles.base + (number - first) * shape.count
          for row in 0..<shape.height {
            (tile + row * tileLine).update(from: corner + row * line, count: tileLine)
          }
        }
        try reconstruct(tiles.base, rows: numbers.count, into: results.base)
        for number in numbers {
          let (i, j) = number.quotientAndRemainder(dividingBy: across.starts.count)
          let corner = sums.base + down.starts[i] * line + across.starts[j] * shape.channels
          let tile = results.base + (number - first) * shape.count
          for row in 0..<shape.height {
            let vertical = down.weights.base[i * shape.height + row]
            let (target, values) = (corner + row * line, tile + row * tileLine)
            for column in 0..<shape.width {
              let weight = vertical * across.weights.base[j * shape.width + column]
              for channel in column * shape.channels..<(column + 1) * shape.channels {
                target[channel] += weight * values[channel]
              }
            }
          }
        }
      }
      // The output may be the same memory as the images.
      (y + image * size).update(from: sums.base, count: size)
    }
  }
}

/// The tiles along one side of an image.
private struct Tiling {
  /// The first pixel of each tile.
  let starts: [Int]
  /// The weight of each pixel of each tile: tiles × their size. At each pixel of the image, the weights add
  /// up to 1.
  let weights: Buffer<Float>

  /// - Parameters:
  ///   - side: the number of pixels of the image's side, at least `size`.
  ///   - size: the number of pixels of a tile's side.
  init(_ side: Int, by size: Int, _ context: Context) throws(GenerativeError) {
    let rest = side - size
    let half = max(size / 2, 1)
    // Steps between tiles are at most half a tile, and there is one more tile than steps.
    let count = (rest + half - 1) / half + 1
    starts = (0..<count).map { count > 1 ? rest * $0 / (count - 1) : 0 }
    weights = try Buffer<Float>(count: count * size, in: context.memory)
    let window = (0..<size).map { i in
      let wave = sin(.pi * (Double(i) + 0.5) / Double(size))
      return wave * wave
    }
    var sums = [Double](repeating: 0, count: side)
    for start in starts {
      for i in 0..<size { sums[start + i] += window[i] }
    }
    for (number, start) in starts.enumerated() {
      for i in 0..<size { weights.base[number * size + i] = Float(window[i] / sums[start + i]) }
    }
  }
}
