import Tensors

/// Crops images to their center: y[i, j] = x[top + i, left + j]. The reverse of `ZeroPadding`.
package final class Cropping: Layer {
  package var kind: String { "cropping" }
  private let margins: Margins

  package var input: Shape { margins.outer }
  package var output: Shape { margins.inner }
  package var weightUseCount: Int { 0 }

  /// If an odd number of rows or columns is removed, one more is removed at the end than at the beginning.
  ///
  /// - Throws: `.internalFault` if the channels differ or a side is larger.
  package init(_ input: Shape, to output: Shape) throws(GenerativeError) {
    margins = try Margins(around: output, in: input)
  }

  package func forward(_ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, _ pass: LayerPass) {
    margins.crop(x, into: y, rows: pass.rows, in: pass.context)
  }

  /// dx = dy in the center, 0 around it.
  package func backward(
    _ dy: UnsafeMutablePointer<Float>, x: UnsafePointer<Float>, y: UnsafePointer<Float>,
    into dx: UnsafeMutablePointer<Float>?, _ pass: LayerPass
  ) {
    if let dx { margins.pad(dy, into: dx, rows: pass.rows, in: pass.context) }
  }
}

extension Cropping {
  package func write(to program: inout Program, _ numbers: LayerNumbers) {
    program.append(.crop(top: margins.top, left: margins.left), to: output)
  }
}
