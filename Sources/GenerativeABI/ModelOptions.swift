import CGenerative
import Models
import Networks
import Tensors
import Training

// What the options of several models have in common.

func checkActivation(
  _ name: String, _ value: Int32, default fallback: Activation
) throws(GenerativeError) -> Activation {
  try checkChoice(
    name, value, [fallback, .identity, .relu, .leakyReLU(slope: 0.2), .silu, .elu, .tanh, .sigmoid])
}

/// One of the activations that an output may have.
func checkOutputActivation(
  _ value: Int32, allowed: [(Int, Activation)], default fallback: Activation
) throws(GenerativeError) -> Activation {
  if value == GEN_ACTIVATION_DEFAULT { return fallback }
  guard let activation = allowed.first(where: { $0.0 == Int(value) })?.1 else {
    let names = allowed.map { $0.1.name }.joined(separator: ", ")
    throw GenerativeError(.argument, "output_activation must be one of \(names), not \(value)")
  }
  return activation
}

func checkWeightRule(_ value: Int32) throws(GenerativeError) -> WeightRule {
  try checkChoice("initializer", value, WeightRule.allCases)
}

/// Widths of hidden layers: a count of 0 is the default, a negative one none.
func checkWidths<Default>(
  _ name: String, _ widths: UnsafePointer<Int64>?, _ countName: String, _ count: Int32,
  default fallback: Default
) throws(GenerativeError) -> Default where Default: WidthList {
  if count == 0 { return fallback }
  if count < 0 { return Default([]) }
  let count = try checkRange(countName, count, 1...StackLimit.depth)
  let widths = try checkInput(name, widths, count, 1)
  var list: [Int] = []
  for index in 0..<count {
    list.append(try checkRange("\(name)[\(index)]", widths[index], 1...StackLimit.width))
  }
  return Default(list)
}

/// `[Int]`, or `[Int]?` where nil stands for a default of its own.
protocol WidthList {
  init(_ widths: [Int])
}

extension [Int]: WidthList {}

extension Optional: WidthList where Wrapped == [Int] {
  init(_ widths: [Int]) { self = .some(widths) }
}

func checkLatentSize(_ value: Int64, default fallback: Int) throws(GenerativeError) -> Int {
  try checkRange("latent_size", orDefault(value, Int64(fallback)), 1...StackLimit.width)
}

func checkShare(_ name: String, _ value: Double) throws(GenerativeError) -> Float {
  let share = Float(try checkRange(name, value, 0...1))
  guard share < 1 else { throw GenerativeError(.argument, "\(name) must be below 1, not \(value)") }
  return share
}

/// A positive number, 0 standing for `fallback`.
func checkPositive(
  _ name: String, _ value: Double, default fallback: Double, atMost limit: Double = 1e30
) throws(GenerativeError) -> Double {
  try checkRange(name, orDefault(value, fallback), 1e-30...limit)
}

/// Rows in and rows out of a model: at most so many that an index fits any buffer.
func checkRowCount(_ value: Int64, least: Int = 0) throws(GenerativeError) -> Int {
  try checkRange("n_rows", value, least...Int(Int32.max))
}

/// Rows that a model reads: there, and finite.
func checkModelInput(
  _ name: String, _ rows: UnsafePointer<Float>?, _ count: Int, _ width: Int, _ context: Context
) throws(GenerativeError) -> UnsafePointer<Float> {
  let rows = try checkInput(name, rows, count, width)
  try checkFinite(name, rows, count, width, context)
  return rows
}

extension Plan {
  func write(to plan: UnsafeMutablePointer<gen_plan>?) throws(GenerativeError) {
    var c = gen_plan()
    c.n_parameters = Int64(parameterCount)
    c.peak_bytes = Int64(peakByteCount)
    c.flops_per_row = Int64(flopsPerRow)
    try c.write(to: plan, "plan_out")
  }
}

/// What kinds of layers, before the defaults that hang on it.
func checkArchitecture(_ value: Int32) throws(GenerativeError) -> Architecture {
  try checkChoice("architecture", value, Architecture.allCases)
}

func checkConvolution(
  _ depth: Int32, _ baseChannels: Int64, _ architecture: Architecture, default fallback: ConvolutionOptions
) throws(GenerativeError) -> ConvolutionOptions {
  var convolution = fallback
  convolution.depth = try checkRange("depth", depth, 0...StackLimit.depth)
  convolution.baseChannels = try checkRange(
    "base_channels", orDefault(baseChannels, Int64(fallback.baseChannels)), 1...ConvolutionOptions.baseLimit)
  if architecture == .dense, depth != 0 || baseChannels != 0 {
    throw GenerativeError(
      .argument, "depth and base_channels need architecture convolutional")
  }
  return convolution
}

/// `batch_norm` of models that have it in their convolutional architecture only.
func checkNormalization(_ value: Int32, _ architecture: Architecture) throws(GenerativeError) -> Bool {
  let isNormalized = try checkFlag("batch_norm", value)
  if isNormalized, architecture == .dense {
    throw GenerativeError(.argument, "batch_norm needs architecture convolutional")
  }
  return isNormalized
}

func checkClassCount(_ value: Int64) throws(GenerativeError) -> Int {
  try checkRange("n_classes", value, 0...StackLimit.classes)
}

/// Labels of `count` rows, each one of `classCount`.
func checkLabels(
  _ labels: UnsafePointer<Int32>?, _ count: Int, classCount: Int
) throws(GenerativeError) -> UnsafePointer<Int32> {
  guard classCount > 0 else {
    throw GenerativeError(.state, "labels were given to a model that was made without n_classes")
  }
  let labels = try checkInput("labels", labels, count, 1)
  try Labels.check(labels, rows: count, "labels", classCount: classCount)
  return labels
}

func checkBatchSize(_ value: Int64) throws(GenerativeError) -> Int {
  try checkRange("batch_size", value, 1...65_536)
}
