import Ranks
import Tensors

/// One step of a stack: a function of rows with trained parameters, and its derivative.
///
/// A layer is a description and holds no numbers. Its parameters are views into the network's flat `Weights`.
/// What the forward pass must keep for the backward pass is in the `Workspace` of the pass. Any number of
/// threads can therefore use one trained network.
package protocol Layer: AnyObject, Sendable {
  /// The layer's name in messages, such as `batch normalization`.
  var kind: String { get }
  /// The shape of one input row.
  var input: Shape { get }
  /// The shape of one output row.
  var output: Shape { get }
  /// What gradient descent trains, in the order of the flat buffer.
  var parameters: [Parameter] { get }
  /// What training updates without a gradient (running means), and checkpoints store.
  var statistics: [Parameter] { get }

  /// The number of weights used in one row's forward pass, each counted as often as it is used. The layer
  /// costs this many multiplications and additions.
  var weightUseCount: Int { get }
  /// Whether the forward pass needs the rows' labels.
  var usesLabels: Bool { get }
  /// How inference may fold the layer.
  var folding: Folding { get }
  /// The layer's role in a level of features, as shown by `GAN.features`.
  var levelRole: LevelRole { get }

  /// The number of floats that the forward pass keeps for the backward pass, in addition to its input and
  /// output.
  func cacheCount(rows: Int) -> Int
  /// The number of floats of temporary memory that a forward or backward pass needs.
  func scratchCount(rows: Int, context: Context) -> Int

  /// The layer's weights in the order in which a product reads them, for `LayerPass.packed`. Returns nil if
  /// the layer does not use packed weights.
  ///
  /// - Parameter tied: see `LayerPass.tied`.
  func packed(
    _ parameters: UnsafePointer<Float>, tied: UnsafePointer<Float>?, context: Context
  ) throws(GenerativeError) -> PackedWeights?

  /// Appends the layer's operations in inference to a program. Their input is the program's last value, which
  /// has the shape of the layer's input.
  ///
  /// - Throws: `.memory`.
  func write(to program: inout Program, _ numbers: LayerNumbers) throws(GenerativeError)

  /// y ← f(x) for `pass.rows` rows. Fills `pass.cache` if it is not nil.
  func forward(_ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, _ pass: LayerPass)

  /// dx ← dyᵀ·∂f/∂x. If `pass.gradient` is not nil, adds the layer's gradient to it.
  ///
  /// `pass` has the rows, mode and cache of the forward pass. The cache is never nil here.
  ///
  /// - Parameters:
  ///   - dy: the gradient of the loss with respect to y; may be overwritten.
  ///   - x, y: the input and output of the forward pass.
  ///   - dx: nil if it is not needed (the first layer of a step); never the same memory as `dy`.
  func backward(
    _ dy: UnsafeMutablePointer<Float>, x: UnsafePointer<Float>, y: UnsafePointer<Float>,
    into dx: UnsafeMutablePointer<Float>?, _ pass: LayerPass)

  /// Whether f is piecewise linear and treats each row independently. `tangent` is then implemented.
  var isPiecewiseLinear: Bool { get }

  /// u ← ∂f/∂x·t for a change t of x. `pass` is the forward pass, with its cache.
  ///
  /// - Parameter y: the output of the forward pass.
  func tangent(
    _ t: UnsafePointer<Float>, y: UnsafePointer<Float>, into u: UnsafeMutablePointer<Float>, _ pass: LayerPass
  )
}

extension Layer {
  package var usesLabels: Bool { false }
  package var isPiecewiseLinear: Bool { false }
  package func tangent(
    _ t: UnsafePointer<Float>, y: UnsafePointer<Float>, into u: UnsafeMutablePointer<Float>, _ pass: LayerPass
  ) {}
  package var folding: Folding { .none }
  package var levelRole: LevelRole { .none }
  package var parameters: [Parameter] { [] }
  package var statistics: [Parameter] { [] }
  package func cacheCount(rows: Int) -> Int { 0 }
  package func scratchCount(rows: Int, context: Context) -> Int { 0 }
  package func packed(
    _ parameters: UnsafePointer<Float>, tied: UnsafePointer<Float>?, context: Context
  ) throws(GenerativeError) -> PackedWeights? { nil }
}

extension Layer {
  /// The number of trained parameters.
  package var parameterCount: Int { parameters.reduce(0) { $0 + $1.count } }
  /// The number of values that training updates without a gradient.
  package var statisticCount: Int { statistics.reduce(0) { $0 + $1.count } }
}

/// A layer's role in a level of features. A level is a convolution and everything that is applied to its sum.
package enum LevelRole: Sendable {
  case none
  /// Its output is a level, unless layers with role `finishes` follow.
  case begins
  /// Modifies the level before it, channel by channel.
  case finishes
}

/// A named array of a layer: its shape in checkpoints and its initial values.
package struct Parameter: Sendable {
  /// `weight`, `bias`, `scale`, `shift`, `running_mean`, …
  package let name: String
  package let shape: [Int]
  package let initializer: Initializer

  package init(_ name: String, shape: [Int], _ initializer: Initializer) {
    self.name = name
    self.shape = shape
    self.initializer = initializer
  }

  package var count: Int { shape.reduce(1, *) }
}

/// Whether a pass trains the network.
package enum Mode: Sendable {
  /// Uses running statistics, without dropout and noise. With a training workspace, `backward` may still
  /// follow: it then gives the gradient of what the trained model computes.
  case inference
  /// Uses batch statistics, and draws dropout and noise from `random`, whose step is the training step.
  case training(Random, BatchSlice? = nil)
}

/// Which rows of a batch a pass processes, if other ranks process the rest.
package struct BatchSlice: Sendable {
  /// The index of the pass's first row in the batch. Its random numbers start there.
  package let firstRow: Int
  /// The number of rows in the batch.
  package let totalRows: Int
  /// The ranks that process the rest, with which sums are shared. nil: the pass treats its own rows as the
  /// whole batch.
  package let ranks: Ranks?

  package init(firstRow: Int, totalRows: Int, ranks: Ranks?) {
    self.firstRow = firstRow
    self.totalRows = totalRows
    self.ranks = ranks
  }
}

/// One layer's view of a pass.
package struct LayerPass {
  package let context: Context
  package let mode: Mode
  package let rows: Int
  /// The class of each row, or nil in a network without classes.
  package let labels: UnsafePointer<Int32>?
  /// This layer's index in its network, which selects its random stream.
  package let index: Int
  /// The layer's parameters, one after another.
  package let parameters: UnsafePointer<Float>
  /// The result of `Layer.packed`, if the weights are packed.
  package var packed: PackedWeights?
  /// The layer's statistics, one after another; written only when training.
  package let statistics: UnsafeMutablePointer<Float>
  /// `cacheCount(rows:)` floats, the same in the forward and the backward pass. nil in a workspace for
  /// inference, where no backward pass follows.
  package let cache: UnsafeMutablePointer<Float>?
  /// `scratchCount(rows:context:)` floats, aligned, shared by all layers.
  package let scratch: UnsafeMutablePointer<Float>
  /// Where the gradient of the parameters is added, or nil if only dx is needed.
  package var gradient: UnsafeMutablePointer<Float>?
  /// All parameters of the network whose weights this network's layers share, or nil.
  package var tied: UnsafePointer<Float>?
  /// Where the gradient of the shared weights is added.
  package var tiedGradient: UnsafeMutablePointer<Float>?

  /// A convolution's packed weights, if available.
  var packedKernel: PackedKernel? {
    guard case .kernel(let kernel) = packed else { return nil }
    return kernel
  }

  /// The layer's own random stream when training, otherwise nil.
  package var random: Random? {
    guard case .training(let random, _) = mode else { return nil }
    return random.stream(index)
  }

  /// The slice of the batch that these rows are; nil for a whole batch.
  package var slice: BatchSlice? {
    guard case .training(_, let slice) = mode else { return nil }
    return slice
  }

  /// The index of this pass's first float in the layer's random stream, for rows of this width.
  func firstElement(_ width: Int) -> Int { (slice?.firstRow ?? 0) * width }
}

extension Random {
  /// An independent stream for one layer of a network. `index` must be below `Network.layerLimit`.
  package func stream(_ index: Int) -> Random { joined(UInt64(truncatingIfNeeded: index + 1) << 40) }

  /// An independent stream for one of several passes in a training step (real rows, generated rows). `index`
  /// is in 0 ..< 15.
  package func pass(_ index: Int) -> Random { joined(UInt64(truncatingIfNeeded: index + 1) << 52) }

  /// Steps use the low 40 bits, layers the next 12 and passes 4 more, so they never overlap.
  private func joined(_ bits: UInt64) -> Random { Random(seed: seed, purpose: purpose, step: step | bits) }
}
