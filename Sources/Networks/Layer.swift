import Ranks
import Tensors

/// One step of a stack: a function of rows with trained parameters, and its derivative.
///
/// A layer is a description and holds no numbers. Its parameters are views into the network's
/// flat `Weights`; what forward must remember for backward lies in the `Workspace` of the pass. So
/// one trained network serves any number of threads.
package protocol Layer: AnyObject, Sendable {
  /// What messages call it: `batch normalization`.
  var kind: String { get }
  /// The shape of one input row.
  var input: Shape { get }
  /// The shape of one output row.
  var output: Shape { get }
  /// What gradient descent trains, in the order it lies in the flat buffer.
  var parameters: [Parameter] { get }
  /// What training updates without a gradient (running means) and a checkpoint keeps.
  var statistics: [Parameter] { get }

  /// Weights of one row's forward pass, each counted as often as it is used: that many multiplications and
  /// additions are what the layer costs.
  var weightUseCount: Int { get }
  /// Whether forward asks for the rows' labels.
  var usesLabels: Bool { get }
  /// What inference may make of the layer.
  var folding: Folding { get }
  /// The layer's part in a level of features, such as `GAN.features` shows.
  var levelRole: LevelRole { get }

  /// Floats that forward leaves for backward besides its input and its output.
  func cacheCount(rows: Int) -> Int
  /// Floats of working memory that forward or backward needs and nobody reads afterwards.
  func scratchCount(rows: Int, context: Context) -> Int

  /// The layer's weights in the order a product reads them, for `LayerPass.packed`; nil when it has no
  /// use for them.
  ///
  /// - Parameter tied: as `LayerPass.tied`.
  func packed(
    _ parameters: UnsafePointer<Float>, tied: UnsafePointer<Float>?, context: Context
  ) throws(GenerativeError) -> PackedWeights?

  /// Appends what the layer computes in inference, of the program's last value, which has its input's shape.
  ///
  /// - Throws: `.memory`.
  func write(to program: inout Program, _ numbers: LayerNumbers) throws(GenerativeError)

  /// y ← f(x), for `pass.rows` rows; fills `pass.cache` when there is one.
  func forward(_ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, _ pass: LayerPass)

  /// dx ← dyᵀ·∂f/∂x and, when `pass.gradient` is given, its share of the gradient.
  ///
  /// The pass is forward's: the same rows, mode and cache, which is never nil here.
  ///
  /// - Parameters:
  ///   - dy: the gradient of the loss with respect to y; may be overwritten.
  ///   - x, y: forward's input and output.
  ///   - dx: nil when nobody asks (the first layer of a step); never the same memory as `dy`.
  func backward(
    _ dy: UnsafeMutablePointer<Float>, x: UnsafePointer<Float>, y: UnsafePointer<Float>,
    into dx: UnsafeMutablePointer<Float>?, _ pass: LayerPass)

  /// Whether f consists of linear pieces, each row by itself: then `tangent` is there.
  var isPiecewiseLinear: Bool { get }

  /// u ← ∂f/∂x·t, for a change t of x. The pass is forward's, with its cache.
  ///
  /// - Parameter y: forward's output.
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
  /// Trained numbers.
  package var parameterCount: Int { parameters.reduce(0) { $0 + $1.count } }
  /// Numbers that training updates without a gradient.
  package var statisticCount: Int { statistics.reduce(0) { $0 + $1.count } }
}

/// A layer's part in a level of features: a convolution and all that is done to its sum.
package enum LevelRole: Sendable {
  case none
  /// Its output is a level, unless layers that finish one follow.
  case begins
  /// Works on the level before it, channel by channel.
  case finishes
}

/// A named array of a layer: its shape in checkpoints and how it starts.
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

/// Whether a pass learns.
package enum Mode: Sendable {
  /// Running statistics, no dropout, no noise. With a training workspace it can be followed by
  /// `backward` all the same: the gradient of what the finished model computes.
  case inference
  /// Batch statistics, dropout and noise drawn from `random`, whose step is the training step.
  case training(Random, BatchSlice? = nil)
}

/// Which rows of a batch a pass has, where others have the rest.
package struct BatchSlice: Sendable {
  /// The place of the pass's first row in the batch: where its random numbers begin.
  package let firstRow: Int
  /// Rows of the batch.
  package let totalRows: Int
  /// Those who have the rest, to share sums with; nil: each takes its own rows for all.
  package let ranks: Ranks?

  package init(firstRow: Int, totalRows: Int, ranks: Ranks?) {
    self.firstRow = firstRow
    self.totalRows = totalRows
    self.ranks = ranks
  }
}

/// What one layer sees of one pass.
package struct LayerPass {
  package let context: Context
  package let mode: Mode
  package let rows: Int
  /// The class of each row; nil in a network without classes.
  package let labels: UnsafePointer<Int32>?
  /// This layer's place in its network, to keep its random stream its own.
  package let index: Int
  /// The layer's parameters, one after another.
  package let parameters: UnsafePointer<Float>
  /// What `Layer.packed` made of them, if the weights are packed.
  package var packed: PackedWeights?
  /// The layer's statistics, one after another; written only when training.
  package let statistics: UnsafeMutablePointer<Float>
  /// `cacheCount(rows:)` floats, the same in forward and backward of a pass; nil in a workspace for
  /// inference, where no backward follows.
  package let cache: UnsafeMutablePointer<Float>?
  /// `scratchCount(rows:context:)` floats, aligned, shared by all layers.
  package let scratch: UnsafeMutablePointer<Float>
  /// Where the parameters' gradient is added, or nil when only dx is wanted.
  package var gradient: UnsafeMutablePointer<Float>?
  /// All parameters of the network whose weights this one's layers share; nil if there is none.
  package var tied: UnsafePointer<Float>?
  /// Where the gradient of shared weights is added.
  package var tiedGradient: UnsafeMutablePointer<Float>?

  /// A convolution's packed weights, if there are any.
  var packedKernel: PackedKernel? {
    guard case .kernel(let kernel) = packed else { return nil }
    return kernel
  }

  /// The layer's own stream when training, else nil.
  package var random: Random? {
    guard case .training(let random, _) = mode else { return nil }
    return random.stream(index)
  }

  /// Which rows of a batch these are; nil: all.
  package var slice: BatchSlice? {
    guard case .training(_, let slice) = mode else { return nil }
    return slice
  }

  /// The number of the first float of so wide rows in the layer's random stream.
  func firstElement(_ width: Int) -> Int { (slice?.firstRow ?? 0) * width }
}

extension Random {
  /// An independent stream for one layer of a network; `index` below `Network.layerLimit`.
  package func stream(_ index: Int) -> Random { joined(UInt64(truncatingIfNeeded: index + 1) << 40) }

  /// An independent stream for one of several passes of a training step (real rows, generated
  /// rows): `index` 0 ..< 15.
  package func pass(_ index: Int) -> Random { joined(UInt64(truncatingIfNeeded: index + 1) << 52) }

  /// Steps take the low 40 bits, layers the next 12 and passes 4 more, so that no two meet.
  private func joined(_ bits: UInt64) -> Random { Random(seed: seed, purpose: purpose, step: step | bits) }
}
