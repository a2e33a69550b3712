import Kernels
import Networks
import Tensors
import TestSupport
import Testing

/// A case of Tests/Golden/make_networks.py: rows, size, channels, and the window of each axis.
struct ConvolutionCase: Sendable, CustomTestStringConvertible {
  let name: String
  let rows: Int
  let input: Shape
  let filters: Int
  let vertical: Window
  var horizontal: Window?
  var outputPadding = 0

  var testDescription: String { name }

  static let all = [
    ConvolutionCase(
      name: "dcgan", rows: 2, input: Shape(height: 6, width: 4, channels: 5), filters: 7,
      vertical: Window(kernel: 4, stride: 2, padding: 1)),
    ConvolutionCase(
      name: "odd", rows: 2, input: Shape(height: 7, width: 5, channels: 3), filters: 4,
      vertical: Window(kernel: 3, stride: 1, padding: 1)),
    ConvolutionCase(
      name: "unequal", rows: 1, input: Shape(height: 5, width: 4, channels: 9), filters: 8,
      vertical: Window(kernel: 3, stride: 2), horizontal: Window(kernel: 5, stride: 3, padding: 2)),
    ConvolutionCase(
      name: "sparse", rows: 1, input: Shape(height: 4, width: 3, channels: 8), filters: 9,
      vertical: Window(kernel: 2, stride: 3)),
    ConvolutionCase(
      name: "gaps", rows: 2, input: Shape(height: 4, width: 3, channels: 2), filters: 3,
      vertical: Window(kernel: 2, stride: 3)),
    ConvolutionCase(
      name: "point", rows: 2, input: Shape(height: 3, width: 4, channels: 5), filters: 6,
      vertical: Window(kernel: 1)),
    ConvolutionCase(
      name: "wide", rows: 1, input: Shape(height: 5, width: 4, channels: 17), filters: 10,
      vertical: Window(kernel: 3, stride: 2, padding: 1), outputPadding: 1),
  ]

  func convolution(_ activation: Activation = .identity) throws -> Convolution {
    try Convolution(input, filters: filters, vertical, horizontal: horizontal, activation)
  }

  func transposed(_ activation: Activation = .identity) throws -> TransposedConvolution {
    try TransposedConvolution(
      input, filters: filters, vertical, horizontal: horizontal, outputPadding: outputPadding, activation)
  }
}

@Suite("Convolutions")
struct ConvolutionTests {
  /// The contexts to agree: every instruction set, one thread and several.
  static let contexts: [Context] = Kernels.allTables.flatMap { table in
    [1, 3].compactMap { try? Context(threadCount: $0, kernels: table) }
  }

  @Test("both kinds agree with PyTorch on every instruction set", arguments: ConvolutionCase.all)
  func agreesWithPyTorch(_ test: ConvolutionCase) throws {
    let golden = try Golden("networks-convolutions")
    for context in Self.contexts {
      for (kind, layer) in [
        ("conv", try test.convolution() as any Layer), ("transposed", try test.transposed()),
      ] {
        func array(_ key: String) throws -> [Float] { try golden("\(kind).\(test.name).\(key)") }
        let run = try LayerRun([layer], rows: test.rows, context: context)
        run.weights.parameters.assign(try array("weight") + array("bias"))
        let x = try array("x")
        #expect(largestError(run.forward(x), try array("y")) < 1e-5, "\(kind)")
        #expect(largestError(try run.backward(try array("dy"), x: x), try array("dx")) < 1e-5, "\(kind)")
        let gradient = try array("dWeight") + array("dBias")
        #expect(largestError(run.gradient.elements, gradient) < 1e-5, "\(kind)")
      }
    }
  }

  @Test("gradients agree with finite differences", arguments: activations)
  func gradients(name: String, activation: Activation) throws {
    for test in ConvolutionCase.all.prefix(5) {
      try checkGradient(of: test.convolution(activation), rows: 2, step: 2e-3)
    }
    try checkGradient(of: ConvolutionCase.all[2].transposed(activation), rows: 1, step: 2e-3)
    try checkGradient(of: ConvolutionCase.all[3].transposed(activation), rows: 1, step: 2e-3)
    try checkGradient(of: ConvolutionCase.all[4].transposed(activation), rows: 1, step: 2e-3)
    try checkGradient(
      of: ConvolutionCase.all[1].transposed(activation), rows: 2, mode: .inference, step: 2e-3)
  }

  @Test("the bits depend neither on the threads nor on the other rows")
  func reproducible() throws {
    let image = Shape(height: 9, width: 10, channels: 19)
    let window = Window(kernel: 4, stride: 2, padding: 1)
    // Winograd's way, in two stretches of tiles.
    let tiled = Shape(height: 31, width: 26, channels: 48)
    for layer in [
      try Convolution(tiled, filters: 80, window, .silu) as any Layer,
      try TransposedConvolution(tiled, filters: 80, window, .relu),
      try Convolution(image, filters: 37, window, .silu),
      try TransposedConvolution(image, filters: 37, window, .silu),
      try TransposedConvolution(image, filters: 3, window, .tanh),
      // The weights' gradient in several chunks.
      try Convolution(Shape(height: 40, width: 42, channels: 3), filters: 64, window, .relu),
    ] {
      let (n, m) = (layer.input.count, layer.output.count)
      let x = normals(13 * n, seed: 1)
      let dy = normals(13 * m, seed: 2)
      for table in Kernels.allTables {
        let one = try LayerRun([layer], rows: 13, context: Context(threadCount: 1, kernels: table))
        let y = one.forward(x)
        let dx = try one.backward(dy, x: x)
        for threads in [2, 3, 5] {
          let many = try LayerRun([layer], rows: 13, context: Context(threadCount: threads, kernels: table))
          #expect(many.forward(x) == y)
          #expect(try many.backward(dy, x: x) == dx)
          #expect(Array(many.gradient.elements) == Array(one.gradient.elements))
        }
        let alone = try LayerRun([layer], rows: 1, context: Context(threadCount: 2, kernels: table))
        for row in [0, 12] {
          let x = Array(x[row * n..<(row + 1) * n])
          #expect(alone.forward(x) == Array(y[row * m..<(row + 1) * m]))
          #expect(
            try alone.backward(Array(dy[row * m..<(row + 1) * m]), x: x) == Array(dx[row * n..<(row + 1) * n])
          )
        }
      }
    }
  }

  @Test(
    "large layers agree with sums in Double",
    arguments: [
      // Several blocks of positions, of depth and of filters.
      (5, Shape(height: 38, width: 38, channels: 45), 101),
      // Winograd's way, with tiles that stick out of the image.
      (5, Shape(height: 38, width: 38, channels: 48), 112),
      (2, Shape(height: 23, width: 13, channels: 16), 32),
      // Several bands of an image of few channels.
      (2, Shape(height: 132, width: 128, channels: 3), 20),
      // Their weights' gradient from rows as they lie: more chunks than are held, and a part of one.
      (17, Shape(height: 132, width: 128, channels: 3), 64),
      (3, Shape(height: 23, width: 13, channels: 5), 32),
    ])
  func agreesWithDouble(rows: Int, image: Shape, filters: Int) throws {
    let layer = try Convolution(image, filters: filters, Window(kernel: 4, stride: 2, padding: 1), .identity)
    let small = layer.output
    let run = try LayerRun([layer], rows: rows)
    let x = normals(rows * image.count, seed: 1)
    let dy = normals(rows * small.count, seed: 2)
    let y = run.forward(x)
    let dx = try run.backward(dy, x: x)
    let w = run.weights.parameters
    func index(_ shape: Shape, _ row: Int, _ y: Int, _ x: Int, _ c: Int) -> Int {
      ((row * shape.height + y) * shape.width + x) * shape.channels + c
    }
    func pixel(_ array: [Float], _ shape: Shape, _ row: Int, _ y: Int, _ x: Int, _ c: Int) -> Double {
      guard 0..<shape.height ~= y, 0..<shape.width ~= x else { return 0 }
      return Double(array[index(shape, row, y, x, c)])
    }
    func weightIndex(_ k: Int, _ ky: Int, _ kx: Int, _ c: Int) -> Int {
      ((k * 4 + ky) * 4 + kx) * image.channels + c
    }
    for sample in 0..<60 {
      let (row, k, c) = (sample % rows, sample * 7 % filters, sample * 11 % image.channels)
      let (oy, ox) = (sample * 5 % small.height, sample * 3 % small.width)
      var expected = 0.0
      for ky in 0..<4 {
        for kx in 0..<4 {
          for c in 0..<image.channels {
            expected +=
              pixel(x, image, row, 2 * oy - 1 + ky, 2 * ox - 1 + kx, c) * Double(w[weightIndex(k, ky, kx, c)])
          }
        }
      }
      #expect(abs(Double(y[index(small, row, oy, ox, k)]) - expected) < 1e-5)

      let (iy, ix) = (sample * 29 % image.height, image.width - 1 - sample % image.width)
      expected = 0
      for ky in 0..<4 where (iy + 1 - ky) % 2 == 0 {
        for kx in 0..<4 where (ix + 1 - kx) % 2 == 0 {
          for k in 0..<filters {
            expected +=
              pixel(dy, small, row, (iy + 1 - ky) / 2, (ix + 1 - kx) / 2, k)
              * Double(w[weightIndex(k, ky, kx, c)])
          }
        }
      }
      #expect(abs(Double(dx[index(image, row, iy, ix, c)]) - expected) < 2e-5)

      let (ky, kx) = (sample % 4, sample / 4 % 4)
      expected = 0
      for row in 0..<rows {
        for oy in 0..<small.height {
          for ox in 0..<small.width {
            expected +=
              pixel(dy, small, row, oy, ox, k) * pixel(x, image, row, 2 * oy - 1 + ky, 2 * ox - 1 + kx, c)
          }
        }
      }
      #expect(abs(Double(run.gradient[weightIndex(k, ky, kx, c)]) - expected) < 1e-3)
    }
  }

  @Test("a whole DCGAN generator and discriminator have PyTorch's outputs and gradients")
  func dcgan() throws {
    let golden = try Golden("networks-dcgan")
    func array(_ key: String) throws -> [Float] { try golden("dcgan.\(key)") }
    let rows = 4
    let window = Window(kernel: 4, stride: 2, padding: 1)
    let (a, b, c) = (
      Shape(height: 2, width: 2, channels: 6), Shape(height: 4, width: 4, channels: 5),
      Shape(height: 8, width: 8, channels: 3)
    )
    let generator = try LayerRun(
      [
        Dense(Shape(features: 7), a, .identity, hasBias: false), BatchNormalization(a, .relu),
        TransposedConvolution(a, filters: 5, window, .identity, hasBias: false), BatchNormalization(b, .relu),
        TransposedConvolution(b, filters: 3, window, .tanh, hasBias: false),
      ], rows: rows)
    let discriminator = try LayerRun(
      [
        Convolution(c, filters: 5, window, .leakyReLU(slope: 0.2), hasBias: false),
        Convolution(b, filters: 6, window, .identity, hasBias: false),
        BatchNormalization(a, .leakyReLU(slope: 0.2)),
        Dense(a, Shape(features: 1), .identity, hasBias: false),
      ], rows: rows)
    generator.weights.parameters.assign(try array("generator"))
    discriminator.weights.parameters.assign(try array("discriminator"))
    let z = try array("z")
    let images = generator.forward(z)
    #expect(largestError(images, try array("images")) < 1e-5)
    let logits = discriminator.forward(images)
    #expect(largestError(logits, try array("logits")) < 1e-5)
    var losses = [Float](repeating: 0, count: rows)
    var dLogits = losses
    AdversarialLoss.nonSaturating.generator(
      logits: logits, rows: rows, losses: &losses, gradientScale: 1 / Float(rows), dLogits: &dLogits)
    let dImages = try discriminator.backward(dLogits, x: images)
    _ = try generator.backward(dImages, x: z)
    #expect(largestError(discriminator.gradient.elements, try array("dDiscriminator")) < 1e-5)
    #expect(largestError(generator.gradient.elements, try array("dGenerator")) < 1e-5)
  }

  @Test("windows that do not fit are refused")
  func refusals() {
    let image = Shape(height: 5, width: 5, channels: 2)
    for window in [
      Window(kernel: 6), Window(kernel: 0), Window(kernel: 3, stride: 0), Window(kernel: 3, padding: 3),
      Window(kernel: 3, padding: -1), Window(kernel: .max, stride: .max, padding: .max),
    ] {
      #expect(throws: GenerativeError.self) { try Convolution(image, filters: 3, window, .relu) }
    }
    #expect(throws: GenerativeError.self) { try Convolution(image, filters: 0, Window(kernel: 3), .relu) }
    #expect(throws: GenerativeError.self) { try Convolution(image, filters: .max, Window(kernel: 3), .relu) }
    #expect(throws: GenerativeError.self) {
      try TransposedConvolution(image, filters: 3, Window(kernel: 3, stride: 2), outputPadding: 2, .relu)
    }
    #expect(throws: GenerativeError.self) {
      try TransposedConvolution(image, filters: 3, Window(kernel: 3, stride: 1 << 16), .relu)
    }
  }
}
