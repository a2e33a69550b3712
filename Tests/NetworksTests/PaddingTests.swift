import Networks
import Tensors
import TestSupport
import Testing

@Suite("Zero padding and cropping")
struct PaddingTests {
  /// Sizes inside and outside: even, odd and no margins, more than one pixel, an image of one pixel.
  private static let sizes: [(inner: Shape, outer: Shape)] = [
    (Shape(height: 5, width: 3, channels: 2), Shape(height: 8, width: 4, channels: 2)),
    (Shape(height: 4, width: 7, channels: 1), Shape(height: 4, width: 12, channels: 1)),
    (Shape(height: 3, width: 2, channels: 3), Shape(height: 5, width: 2, channels: 3)),
    (Shape(height: 1, width: 1, channels: 4), Shape(height: 4, width: 3, channels: 4)),
  ]

  @Test("zeros surround the image, with the extra one of an odd margin at the end", arguments: sizes)
  func padding(inner: Shape, outer: Shape) throws {
    let run = try LayerRun([try ZeroPadding(inner, to: outer)], rows: 3)
    let x = normals(3 * inner.count, seed: 1)
    let y = run.forward(x)
    let (top, left) = ((outer.height - inner.height) / 2, (outer.width - inner.width) / 2)
    for row in 0..<3 {
      for i in 0..<outer.height {
        for j in 0..<outer.width {
          let (k, l) = (i - top, j - left)
          let isInside = (0..<inner.height).contains(k) && (0..<inner.width).contains(l)
          let to = ((row * outer.height + i) * outer.width + j) * outer.channels
          let from = ((row * inner.height + k) * inner.width + l) * inner.channels
          for c in 0..<inner.channels { #expect(y[to + c] == (isInside ? x[from + c] : 0)) }
        }
      }
    }
    let back = try LayerRun([try ZeroPadding(inner, to: outer), try Cropping(outer, to: inner)], rows: 3)
    #expect(back.forward(x) == x)
  }

  @Test("gradients agree with finite differences", arguments: sizes)
  func gradients(inner: Shape, outer: Shape) throws {
    try checkGradient(of: try ZeroPadding(inner, to: outer), rows: 3)
    try checkGradient(of: try Cropping(outer, to: inner), rows: 3)
  }

  @Test("gradients pass between convolutions")
  func stack() throws {
    let (image, padded) = (Shape(height: 5, width: 3, channels: 2), Shape(height: 8, width: 4, channels: 2))
    let window = Window(kernel: 4, stride: 2, padding: 1)
    let down = try Convolution(padded, filters: 3, window, .silu)
    try checkGradient(
      of: Dense(Shape(features: 4), image, .tanh), try ZeroPadding(image, to: padded), down,
      try TransposedConvolution(down.output, filters: 2, window, .tanh), try Cropping(padded, to: image),
      rows: 3)
  }

  @Test("any number of threads gives the same result")
  func threads() throws {
    let inner = Shape(height: 30, width: 33, channels: 3)
    let outer = Shape(height: 32, width: 40, channels: 3)
    let dy = normals(29 * outer.count, seed: 2)
    let x = normals(29 * inner.count, seed: 3)
    let results = try [1, 2].map { threads in
      let run = try LayerRun(
        [try ZeroPadding(inner, to: outer)], rows: 29, context: Context(threadCount: threads))
      let y = run.forward(x)
      return [y, try run.backward(dy, x: x)]
    }
    #expect(results[0] == results[1])
  }

  @Test("sizes that do not fit are refused")
  func refusal() {
    let shape = Shape(height: 4, width: 4, channels: 2)
    for other in [
      Shape(height: 3, width: 5, channels: 2), Shape(height: 5, width: 3, channels: 2),
      Shape(height: 5, width: 5, channels: 1),
    ] {
      #expect(throws: GenerativeError.self) { try ZeroPadding(shape, to: other) }
      #expect(throws: GenerativeError.self) { try Cropping(other, to: shape) }
    }
  }
}
