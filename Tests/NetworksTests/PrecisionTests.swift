import Kernels
import Networks
import Tensors
import TestSupport
import Testing

@Suite("Precision bfloat16")
struct PrecisionTests {
  /// The outputs and gradients of one layer.
  private struct Results: Equatable {
    var y: [Float]
    var dx: [Float]
    var gradient: [Float]

    init(
      _ layer: any Layer, rows: Int, _ precision: Precision, _ context: Context,
      operands: (Float) -> Float = { $0 }
    ) throws {
      let run = try LayerRun([layer], rows: rows, precision: precision, context: context)
      func operand(_ count: Int, _ seed: UInt64) -> [Float] {
        normals(count, seed: seed).map(operands)
      }
      let weights = layer.parameters.first?.count ?? 0
      run.weights.parameters.assign(
        operand(weights, 3) + operand(run.weights.parameters.count - weights, 4))
      let x = operand(rows * layer.input.count, 1)
      y = run.forward(x)
      dx = try run.backward(operand(rows * layer.output.count, 2), x: x)
      gradient = Array(run.gradient.elements)
    }

    /// The largest difference of each part, and its root mean square, relative to the root mean square of the
    /// other's numbers.
    func errors(_ other: Results) -> [(largest: Double, typical: Double)] {
      zip([y, dx, gradient], [other.y, other.dx, other.gradient]).map { mine, theirs in
        let squares = zip(mine, theirs).map { ($0 - $1) * ($0 - $1) }
        let scale = theirs.reduce(0) { $0 + Double($1) * Double($1) }
        let largest = Double(squares.max() ?? 0) * Double(theirs.count) / scale
        return (largest.squareRoot(), (squares.reduce(0) { $0 + Double($1) } / scale).squareRoot())
      }
    }
  }

  /// x rounded to 8 significant bits, to nearest even.
  private static func rounded(_ x: Float) -> Float {
    let unit = Float(sign: .plus, exponent: x.exponent - 7, significand: 1)
    return x == 0 ? 0 : (x / unit).rounded(.toNearestOrEven) * unit
  }

  /// An integer between −4 and 4.
  private static func integers(_ x: Float) -> Float { min(4, max(-4, (2 * x).rounded())) }

  /// Dense layers and direct convolutions, with odd sizes, few channels, and several blocks of the sums.
  private static func layers() throws -> [any Layer] {
    let image = Shape(height: 9, width: 10, channels: 19)
    let window = Window(kernel: 4, stride: 2, padding: 1)
    return try ConvolutionCase.all.flatMap { [try $0.convolution() as any Layer, try $0.transposed()] } + [
      Dense(Shape(features: 71), Shape(features: 37), .identity),
      Dense(Shape(features: 1030), Shape(features: 3), .identity),
      Dense(Shape(features: 2), Shape(features: 530), .identity),
      try Convolution(image, filters: 37, window, .identity),
      try Convolution(image, filters: 90, window, .identity),
      try TransposedConvolution(image, filters: 36, window, .identity),
      try TransposedConvolution(Shape(height: 7, width: 6, channels: 350), filters: 3, window, .identity),
      try Convolution(Shape(height: 40, width: 42, channels: 3), filters: 64, window, .identity),
    ]
  }

  @Test("operands that are bfloat16 numbers give the results of float32")
  func exactOperands() throws {
    for table in Kernels.allTables {
      let context = try Context(threadCount: 2, kernels: table)
      for layer in try Self.layers() {
        for rows in [1, 3, 13] {
          let float32 = try Results(layer, rows: rows, .float32, context, operands: Self.rounded)
          let bfloat16 = try Results(layer, rows: rows, .bfloat16, context, operands: Self.rounded)
          for error in bfloat16.errors(float32) {
            #expect(
              error.largest < 2e-5,
              "\(table.name) \(layer.kind) \(layer.input) to \(layer.output), \(rows) rows")
          }
        }
      }
    }
  }

  @Test("other operands are rounded in all three products, once")
  func rounding() throws {
    for table in Kernels.allTables {
      let context = try Context(threadCount: 2, kernels: table)
      for layer in [
        Dense(Shape(features: 310), Shape(features: 137), .identity) as any Layer,
        try Convolution(
          Shape(height: 9, width: 10, channels: 20), filters: 36, Window(kernel: 3, padding: 1), .identity),
        try TransposedConvolution(
          Shape(height: 9, width: 10, channels: 20), filters: 3, Window(kernel: 3, padding: 1), .identity),
      ] {
        let float32 = try Results(layer, rows: 16, .float32, context)
        for error in try Results(layer, rows: 16, .bfloat16, context).errors(float32) {
          // The error of a rounded normal number is 1.65e-3 of it on average: 2⁻⁹ / √3, times the mean of 2ᵉ / x. With
          // two operands, √2 as much. It would be more if a sum was rounded as well.
          #expect(error.typical > 1.8e-3 && error.typical < 2.8e-3, "\(table.name) \(layer.kind)")
        }
      }
    }
  }

  @Test("the bits depend neither on the threads nor on the instruction")
  func reproducible() throws {
    for table in Kernels.allTables {
      for layer in try Self.layers() + Self.winogradLayers() {
        let one = try Results(layer, rows: 13, .bfloat16, Context(threadCount: 1, kernels: table))
        let many = try Results(layer, rows: 13, .bfloat16, Context(threadCount: 3, kernels: table))
        #expect(one == many, "\(table.name) \(layer.kind) \(layer.input) to \(layer.output)")
        guard table.name == "avx512bf16",
          let emulated = Kernels.allTables.first(where: { $0.name == "avx512" })
        else { continue }
        let other = try Results(layer, rows: 13, .bfloat16, Context(threadCount: 2, kernels: emulated))
        #expect(one == other, "emulated \(layer.kind) \(layer.input) to \(layer.output)")
      }
    }
  }

  /// Layers by Winograd's algorithm: odd sizes, several blocks of channels, and several stretches of tiles.
  private static func winogradLayers() throws -> [any Layer] {
    let window = Window(kernel: 4, stride: 2, padding: 1)
    return [
      try Convolution(Shape(height: 16, width: 16, channels: 32), filters: 48, window, .identity),
      try Convolution(Shape(height: 17, width: 31, channels: 16), filters: 16, window, .identity),
      try Convolution(Shape(height: 10, width: 14, channels: 272), filters: 32, window, .identity),
      try TransposedConvolution(Shape(height: 8, width: 8, channels: 32), filters: 48, window, .identity),
      try TransposedConvolution(Shape(height: 5, width: 7, channels: 48), filters: 16, window, .identity),
      try TransposedConvolution(
        Shape(height: 9, width: 8, channels: 16), filters: 32, window, .identity, hasBias: false),
    ]
  }

  @Test("Winograd's algorithm computes the definition where no rounding occurs")
  func winogradOfIntegers() throws {
    for table in Kernels.allTables {
      let context = try Context(threadCount: 2, kernels: table, usesWinograd: true)
      let direct = try Context(threadCount: 2, kernels: table, usesWinograd: false)
      for layer in try Self.winogradLayers() {
        for rows in [1, 3, 70] {
          // Integers up to 4: all sums are exact, and all points are bfloat16 numbers.
          let bfloat16 = try Results(layer, rows: rows, .bfloat16, context, operands: Self.integers)
          let float32 = try Results(layer, rows: rows, .float32, direct, operands: Self.integers)
          #expect(
            bfloat16 == float32, "\(table.name) \(layer.kind) \(layer.input) to \(layer.output), \(rows) rows"
          )
        }
      }
    }
  }

  @Test("Winograd's algorithm rounds the points of small tiles")
  func winogradRounding() throws {
    for table in Kernels.allTables {
      let context = try Context(threadCount: 2, kernels: table, usesWinograd: true)
      for layer in try Self.winogradLayers() {
        let float32 = try Results(layer, rows: 9, .float32, context)
        for error in try Results(layer, rows: 9, .bfloat16, context).errors(float32) {
          // Direct products have 2.3e-3, tiles of 4 × 4 would have 1.2e-2.
          #expect(
            error.typical > 2.5e-3 && error.typical < 5e-3, "\(table.name) \(layer.kind) \(layer.input)")
        }
      }
    }
  }
}
