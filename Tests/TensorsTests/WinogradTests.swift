import Kernels
import Tensors
import TestSupport
import Testing

@Suite("Winograd's convolution")
struct WinogradTests {
  /// The three products of one geometry, from the same numbers.
  struct Products {
    let small: [Float]
    let large: [Float]
    let gradient: [Float]

    init(_ product: ConvolutionProduct, rows: Int, context: Context) throws {
      let x = normals(rows * product.large.count, seed: 1)
      let y = normals(rows * product.small.count, seed: 2)
      let w = normals(product.weightCount, seed: 3)
      let scratch = try Buffer<Float>(count: product.scratchCount(rows: rows, context: context))
      var small = [Float](repeating: .nan, count: y.count)
      var large = [Float](repeating: .nan, count: x.count)
      var gradient = [Float](repeating: 1, count: w.count)
      product.correlate(x, weight: w, into: &small, rows: rows, scratch: scratch.base, context: context)
      product.spread(y, weight: w, into: &large, rows: rows, scratch: scratch.base, context: context)
      product.addWeightGradient(
        small: y, large: x, into: &gradient, rows: rows, scratch: scratch.base, context: context)
      (self.small, self.large, self.gradient) = (small, large, gradient)
    }
  }

  /// (rows, size of the large side, padding, large channels, small channels)
  static let geometries = [
    (3, (16, 16), 1, 32, 64), (2, (15, 17), 1, 16, 48), (2, (14, 30), 0, 48, 16), (1, (13, 14), 3, 16, 32),
    (5, (28, 28), 1, 16, 32), (2, (12, 20), 2, 272, 16), (1, (8, 8), 1, 512, 1024),
  ]

  @Test("agrees with the definition to 1e-5 of the largest result", arguments: geometries)
  func agrees(rows: Int, size: (Int, Int), padding: Int, large: Int, small: Int) throws {
    let window = Window(kernel: 4, stride: 2, padding: padding)
    let product = try ConvolutionProduct(
      ConvolutionAxis(large: size.0, window), ConvolutionAxis(large: size.1, window), largeChannels: large,
      smallChannels: small)
    for table in Kernels.allTables {
      let context = try Context(threadCount: 2, kernels: table, usesWinograd: true)
      #expect(WinogradConvolution(product, context: context) != nil)
      let plain = try Context(threadCount: 2, kernels: table, usesWinograd: false)
      #expect(WinogradConvolution(product, context: plain) == nil)
      let ours = try Products(product, rows: rows, context: context)
      let direct = try Products(product, rows: rows, context: plain)
      for (a, b) in [
        (ours.small, direct.small), (ours.large, direct.large), (ours.gradient, direct.gradient),
      ] {
        let scale = b.reduce(0) { max($0, abs($1)) }
        let error = zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1)) }
        #expect(error < 1e-5 * scale, "\(table.name): \(error / scale)")
      }
    }
  }

  /// 40 images are spread to all phases together, 64 to one phase after the other.
  @Test("scratch space for many images gives the same bits for fewer")
  func sharesScratch() throws {
    let axis = try ConvolutionAxis(large: 16, Window(kernel: 4, stride: 2, padding: 1))
    let product = try ConvolutionProduct(axis, axis, largeChannels: 32, smallChannels: 16)
    let context = try Context(threadCount: 2, usesWinograd: true)
    let (most, guardCount) = (64, 4096)
    let count = product.scratchCount(rows: most, context: context)
    let scratch = try Buffer<Float>(count: count + guardCount)
    let (y, w) = (normals(most * product.small.count, seed: 2), normals(product.weightCount, seed: 3))
    var all = [Float](repeating: .nan, count: most * product.large.count)
    product.spread(y, weight: w, into: &all, rows: most, scratch: scratch.base, context: context)
    for rows in [1, 2, 40, 41] {
      var few = [Float](repeating: .nan, count: rows * product.large.count)
      product.spread(y, weight: w, into: &few, rows: rows, scratch: scratch.base, context: context)
      #expect(few == [Float](all.prefix(few.count)))
    }
    #expect(scratch.elements.suffix(guardCount).allSatisfy { $0 == 0 })
  }

  @Test("is not used where it would not be faster")
  func declines() throws {
    let context = try Context(threadCount: 1, usesWinograd: true)
    func product(_ size: Int, _ window: Window, _ large: Int, _ small: Int) throws -> ConvolutionProduct {
      try ConvolutionProduct(
        ConvolutionAxis(large: size, window), ConvolutionAxis(large: size, window), largeChannels: large,
        smallChannels: small)
    }
    let window = Window(kernel: 4, stride: 2, padding: 1)
    #expect(try WinogradConvolution(product(16, window, 16, 24), context: context) == nil)
    #expect(try WinogradConvolution(product(16, window, 3, 64), context: context) == nil)
    #expect(try WinogradConvolution(product(10, window, 16, 16), context: context) == nil)
    #expect(
      try WinogradConvolution(product(16, Window(kernel: 3, stride: 2, padding: 1), 16, 16), context: context)
        == nil)
  }

  @Test("adds the bias and applies the activation")
  func finishes() throws {
    let window = Window(kernel: 4, stride: 2, padding: 1)
    let axis = try ConvolutionAxis(large: 14, window)
    let product = try ConvolutionProduct(axis, axis, largeChannels: 16, smallChannels: 48)
    let context = try Context(threadCount: 2, usesWinograd: true)
    let scratch = try Buffer<Float>(count: product.scratchCount(rows: 2, context: context))
    let x = normals(2 * product.large.count, seed: 1)
    let w = normals(product.weightCount, seed: 3)
    let bias = normals(48, seed: 4)
    var plain = [Float](repeating: 0, count: 2 * product.small.count)
    var finished = plain
    product.correlate(x, weight: w, into: &plain, rows: 2, scratch: scratch.base, context: context)
    product.correlate(
      x, weight: w, into: &finished, rows: 2, bias: bias, activation: .leakyReLU(slope: 0.2),
      scratch: scratch.base, context: context)
    for (i, value) in plain.enumerated() {
      let sum = value + bias[i % 48]
      #expect(abs(finished[i] - (sum > 0 ? sum : 0.2 * sum)) < 1e-5)
    }
  }
}
