import Tensors

/// Pads images with zeros, so that strided convolutions can halve sides of any length: y[top + i, left + j] =
/// x[i, j].
///
/// Convolutions assume zeros beyond the edges anyway. Repeating the edge pixels instead gave no better
/// models.
package final class ZeroPadding: Layer {
  package var kind: String { "zero padding" }
  private let margins: Margins

  package var input: Shape { margins.inner }
  package var output: Shape { margins.outer }
  package var weightUseCount: Int { 0 }

  /// Centers the image. If the number of new rows or columns is odd, one more is added after it than before
  /// it.
  ///
  /// - Throws: `.internalFault` if the channels differ or a side is smaller.
  package init(_ input: Shape, to output: Shape) throws(GenerativeError) {
    margins = try Margins(around: input, in: output)
  }

  package func forward(_ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, _ pass: LayerPass) {
    margins.pad(x, into: y, rows: pass.rows, in: pass.context)
  }

  /// dx[i, j] = dy[top + i, left + j]
  package func backward(
    _ dy: UnsafeMutablePointer<Float>, x: UnsafePointer<Float>, y: UnsafePointer<Float>,
    into dx: UnsafeMutablePointer<Float>?, _ pass: LayerPass
  ) {
    if let dx { margins.crop(dy, into: dx, rows: pass.rows, in: pass.context) }
  }

  package var isPiecewiseLinear: Bool { true }

  /// u[top + i, left + j] = t[i, j]
  package func tangent(
    _ t: UnsafePointer<Float>, y: UnsafePointer<Float>, into u: UnsafeMutablePointer<Float>, _ pass: LayerPass
  ) {
    margins.pad(t, into: u, rows: pass.rows, in: pass.context)
  }
}

extension ZeroPadding {
  package func write(to program: inout Program, _ numbers: LayerNumbers) {
    program.append(.pad(top: margins.top, left: margins.left), to: output)
  }
}
