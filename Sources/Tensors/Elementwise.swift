import Kernels

// Elementwise operations on contiguous floats, split over the workers in fixed chunks. Inputs and outputs may
// be the same array, but must not overlap otherwise. Counts may be zero.

extension Context {
  package typealias Input = UnsafePointer<Float>
  package typealias Output = UnsafeMutablePointer<Float>

  /// The number of elements per task.
  private static let chunk = 16_384

  /// Calls `body(start, count)` for chunks of 0 ..< count. Uses the workers if that is faster at a cost of
  /// `cost` nanoseconds per element.
  func forChunks(_ count: Int, cost: Double, _ body: (_ start: Int, _ count: Int) -> Void) {
    guard count > 0 else { return }
    let taskCount = (count - 1) / Context.chunk + 1
    guard taskCount > 1, Double(count) * cost > 15_000 else { return body(0, count) }
    parallel(taskCount) { task in
      let start = task * Context.chunk
      body(start, min(Context.chunk, count - start))
    }
  }

  // MARK: - Activations

  /// y ← act(x)
  package func activate(_ x: Input, count: Int, _ activation: Activation, into y: Output) {
    let (function, slope) = activation.kernel
    let kernel = kernels.elementwise.activate
    forChunks(count, cost: activation.cost) { start, count in
      kernel(function, slope, x + start, y + start, count)
    }
  }

  /// dx ← dy · act′. `saved` is the activation's input x if `differentiatesInput`, otherwise its output y.
  package func activateBackward(
    _ dy: Input, saved: Input, count: Int, _ activation: Activation, into dx: Output
  ) {
    let (function, slope) = activation.kernel
    let kernel = kernels.elementwise.activateBackward
    forChunks(count, cost: activation.differentiatesInput ? activation.cost : 0.3) { start, count in
      kernel(function, slope, dy + start, saved + start, dx + start, count)
    }
  }

  /// d ← x · act″. d must not overlap the inputs. `saved` is as in `activateBackward`.
  package func activateTwiceBackward(
    _ x: Input, saved: Input, count: Int, _ activation: Activation, into d: Output
  ) {
    // SiLU is computed from σ.
    if activation == .silu { activate(saved, count: count, .sigmoid, into: d) }
    // Softplus is computed from e⁻ʸ − 1 = −σ.
    if activation == .softplus {
      scale(saved, by: -1, count: count, into: d)
      activate(d, count: count, .elu, into: d)
    }
    forChunks(count, cost: 1) { start, count in
      for i in start..<start + count {
        let y = saved[i]
        switch activation {
        case .identity, .relu, .leakyReLU: d[i] = 0
        case .elu: d[i] = y > 0 ? 0 : x[i] * (y + 1)
        case .tanh: d[i] = -2 * x[i] * y * (1 - y * y)
        case .sigmoid: d[i] = x[i] * y * (1 - y) * (1 - 2 * y)
        case .softplus: d[i] = -x[i] * d[i] * (1 + d[i])
        case .silu: d[i] = x[i] * d[i] * (1 - d[i]) * (2 + y * (1 - 2 * d[i]))
        }
      }
    }
  }

  // MARK: - Arithmetic

  /// y ← a·x + b·y
  package func combine(_ a: Float, _ x: Input, _ b: Float, into y: Output, count: Int) {
    let kernel = kernels.elementwise.combine
    forChunks(count, cost: 0.25) { start, count in kernel(a, x + start, b, y + start, count) }
  }

  /// z ← x · y, element by element
  package func multiply(_ x: Input, by y: Input, count: Int, into z: Output) {
    let kernel = kernels.elementwise.multiply
    forChunks(count, cost: 0.25) { start, count in kernel(x + start, y + start, z + start, count) }
  }

  /// y ← a·x + b
  package func scale(_ x: Input, by a: Float, adding b: Float = 0, count: Int, into y: Output) {
    let kernel = kernels.elementwise.scale
    forChunks(count, cost: 0.2) { start, count in kernel(x + start, a, b, y + start, count) }
  }

  /// y ← min(max(x, low), high). NaN is preserved.
  package func clamp(_ x: Input, to low: Float, _ high: Float, count: Int, into y: Output) {
    let kernel = kernels.elementwise.clamp
    forChunks(count, cost: 0.2) { start, count in kernel(x + start, low, high, y + start, count) }
  }

  /// y ← eˣ within 1 ulp.
  package func exponential(_ x: Input, count: Int, into y: Output) {
    let kernel = kernels.elementwise.exponential
    forChunks(count, cost: 0.6) { start, count in kernel(x + start, y + start, count) }
  }

  /// y ← ln x within 1 ulp. −∞ at 0, NaN for negative x.
  package func logarithm(_ x: Input, count: Int, into y: Output) {
    let kernel = kernels.elementwise.logarithm
    forChunks(count, cost: 0.6) { start, count in kernel(x + start, y + start, count) }
  }

  /// y[i, j] ← act(x[i, j] · scale[j] + shift[j])
  package func scaleColumns(
    _ x: Matrix, by scale: Input, adding shift: Input, _ activation: Activation, into y: Matrix
  ) {
    let (function, slope) = activation.kernel
    let kernel = kernels.elementwise.scaleRow
    forRows(x.rowCount, columns: x.columnCount, cost: activation.cost) { i in
      kernel(
        x.base + i * x.rowStride, scale, shift, function, slope, y.base + i * y.rowStride, x.columnCount)
    }
  }

  /// x[i, j] ← x[i, j] · factors[i]. x has unit column stride.
  package func scaleRows(_ x: Matrix, by factors: Input) {
    let kernel = kernels.elementwise.scale
    forRows(x.rowCount, columns: x.columnCount, cost: 0.2) { i in
      let row = x.base + i * x.rowStride
      kernel(row, factors[i], 0, row, x.columnCount)
    }
  }

  /// Calls `body(row)` for every row. Uses the workers if that is faster at a cost of `cost` nanoseconds per
  /// element.
  func forRows(_ rows: Int, columns: Int, cost: Double, _ body: (_ row: Int) -> Void) {
    guard rows > 0, columns > 0 else { return }
    let share = max(1, Context.chunk / columns)
    let taskCount = (rows - 1) / share + 1
    guard taskCount > 1, Double(rows) * Double(columns) * cost > 15_000 else {
      for row in 0..<rows { body(row) }
      return
    }
    parallel(taskCount) { task in
      for row in task * share..<min(rows, (task + 1) * share) { body(row) }
    }
  }

  // MARK: - Conversions

  /// y ← scale · x, where x are bytes. `scale` = 1/255 gives pixels in [0, 1].
  package func convert(
    _ x: UnsafePointer<UInt8>, count: Int, scale: Float = 1 / 255, into y: Output
  ) {
    let kernel = kernels.elementwise.fromBytes
    forChunks(count, cost: 0.2) { start, count in kernel(x + start, scale, y + start, count) }
  }

  /// y ← x, where x are doubles, rounded to nearest.
  package func convert(_ x: UnsafePointer<Double>, count: Int, into y: Output) {
    let kernel = kernels.elementwise.fromDoubles
    forChunks(count, cost: 0.3) { start, count in kernel(x + start, y + start, count) }
  }
}

extension Activation {
  /// The kernels' name for this function, and the slope of a leaky ReLU (0 for the others).
  var kernel: (function: ElementwiseKernels.Function, slope: Float) {
    switch self {
    case .identity: (.identity, 0)
    case .relu: (.relu, 0)
    case .leakyReLU(let slope): (.leakyReLU, slope)
    case .silu: (.silu, 0)
    case .elu: (.elu, 0)
    case .tanh: (.tanh, 0)
    case .sigmoid: (.sigmoid, 0)
    case .softplus: (.softplus, 0)
    }
  }

  /// Approximate cost in nanoseconds per element.
  var cost: Double {
    switch self {
    case .identity, .relu, .leakyReLU: 0.2
    case .silu, .elu, .tanh, .sigmoid, .softplus: 1
    }
  }
}
