import Tensors

/// Nearest-neighbour upsampling: every pixel becomes factor × factor pixels.
///
/// Followed by a convolution it avoids a transposed one's checkerboards (Odena, Dumoulin & Olah,
/// "Deconvolution and checkerboard artifacts", Distill 2016).
package final class Upsampling: Layer {
  package var kind: String { "upsampling" }
  package let input: Shape
  package let factor: Int

  package var output: Shape {
    Shape(height: input.height * factor, width: input.width * factor, channels: input.channels)
  }

  /// - Throws: `.argument` when `factor` is not 1 … 64.
  package init(_ shape: Shape, by factor: Int) throws(GenerativeError) {
    guard 1...64 ~= factor, checkedProduct(shape.height, shape.width, shape.channels, 4096) != nil else {
      throw GenerativeError(
        .argument, "upsampling of \(shape) must be by a factor between 1 and 64, not \(factor)")
    }
    input = shape
    self.factor = factor
  }

  package func forward(_ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, _ pass: LayerPass) {
    let lineCount = output.width * input.channels
    pass.context.parallel(pass.rows * input.height) { line in
      let source = x + line * input.width * input.channels
      let first = y + line * factor * lineCount
      for column in 0..<output.width {
        let pixel = source + column / factor * input.channels
        (first + column * input.channels).update(from: pixel, count: input.channels)
      }
      for copy in 1..<max(factor, 1) { (first + copy * lineCount).update(from: first, count: lineCount) }
    }
  }

  /// dx = Σ dy over the pixel's copies
  package func backward(
    _ dy: UnsafeMutablePointer<Float>, x: UnsafePointer<Float>, y: UnsafePointer<Float>,
    into dx: UnsafeMutablePointer<Float>?, _ pass: LayerPass
  ) {
    guard let dx else { return }
    let lineCount = output.width * input.channels
    pass.context.parallel(pass.rows * input.height) { line in
      let target = dx + line * input.width * input.channels
      target.update(repeating: 0, count: input.width * input.channels)
      for copy in 0..<factor {
        let source = dy + (line * factor + copy) * lineCount
        for column in 0..<output.width {
          let (from, to) = (column * input.channels, column / factor * input.channels)
          for c in 0..<input.channels { target[to + c] += source[from + c] }
        }
      }
    }
  }
}
