import Tensors

/// The computation of a part of a fitted model, for one row in inference mode, as a list of steps. Exported files
/// are written from it.
///
/// Values are numbered: 0 is the input, i + 1 the output of step i. A step reads an earlier value, mostly
/// the previous one. Batch norm is folded, and noise and dropout are left out.
package struct Program: Sendable {
  package struct Step: Sendable {
    package let operation: Operation
    /// The number of the value that the step reads.
    package let input: Int
    package let output: Shape
  }

  package let input: (name: String, shape: Shape)
  /// The number of classes if the program needs the row's label; otherwise 0.
  package let classCount: Int
  package private(set) var steps: [Step] = []
  /// Names and numbers of the values to return.
  package private(set) var outputs: [(name: String, value: Int)] = []

  package init(_ name: String, _ input: Shape, classCount: Int = 0) {
    self.input = (name, input)
    self.classCount = classCount
  }

  /// The number of the last value.
  package var last: Int { steps.count }

  package func shape(_ value: Int) -> Shape { value == 0 ? input.shape : steps[value - 1].output }

  /// Appends a step.
  ///
  /// - Parameters:
  ///   - value: the number of the value to read; nil: the last value.
  ///   - output: the shape of the result; nil: the shape of the value that is read.
  package mutating func append(_ operation: Operation, of value: Int? = nil, to output: Shape? = nil) {
    let value = value ?? last
    steps.append(Step(operation: operation, input: value, output: output ?? shape(value)))
  }

  /// Makes a value an output with this name.
  ///
  /// - Parameter value: the number of the value; nil: the last value.
  package mutating func export(_ name: String, _ value: Int? = nil) { outputs.append((name, value ?? last)) }

  /// Throws `.nonfinite` if a number exceeds the range of a float.
  package func checkFinite() throws(GenerativeError) {
    for step in steps {
      for numbers in step.operation.numbers {
        for i in 0..<numbers.count where !numbers.base[i].isFinite {
          throw GenerativeError(.nonfinite, "a number of the model is beyond what a 32-bit float holds")
        }
      }
    }
  }
}

/// The operation of a step, from x to y. Sums are over all features unless stated otherwise.
package enum Operation: Sendable {
  /// y = W·x + b. W is outputs × inputs, or inputs × outputs if it is transposed.
  case dense(weight: Numbers, isTransposed: Bool, bias: Numbers?)
  /// The product's `correlate`, plus a bias per channel.
  case convolution(ConvolutionProduct, weight: Numbers, bias: Numbers?)
  /// The product's `spread`, plus a bias per channel.
  case transposedConvolution(ConvolutionProduct, weight: Numbers, bias: Numbers?)
  /// y = a·x per feature, or per channel if there are only as many numbers as channels.
  case scale(Numbers)
  /// y = x + a per feature or per channel, like `scale`.
  case offset(Numbers)
  /// y = x + V[label] per channel.
  case classOffset(Numbers)
  /// y = M[label]·x + b, one number.
  case classDense(weight: Numbers, bias: Numbers)
  case activation(Activation)
  case exponential
  /// y = x, limited to this range.
  case clamp(Float, Float)
  case softmax
  /// Pads an image with zeros.
  case pad(top: Int, left: Int)
  /// Crops an image.
  case crop(top: Int, left: Int)
  /// Changes the shape and leaves the numbers unchanged.
  case reshape
  /// Features from this index on.
  case slice(first: Int)
  /// Combines x with another value of the same shape, feature by feature.
  case add(Int)
  case subtract(Int)
  case multiply(Int)
  /// Σ x
  case sum

  /// The model's numbers that the operation uses.
  package var numbers: [Numbers] {
    switch self {
    case .dense(let weight, _, let bias): [weight] + (bias.map { [$0] } ?? [])
    case .convolution(_, let weight, let bias): [weight] + (bias.map { [$0] } ?? [])
    case .transposedConvolution(_, let weight, let bias): [weight] + (bias.map { [$0] } ?? [])
    case .scale(let a), .offset(let a), .classOffset(let a): [a]
    case .classDense(let weight, let bias): [weight, bias]
    default: []
    }
  }

  /// The number of the second value that the operation reads; nil if it reads one.
  package var other: Int? {
    switch self {
    case .add(let other), .subtract(let other), .multiply(let other): other
    default: nil
    }
  }
}

/// A range of a model's numbers, not copied.
package struct Numbers: Sendable {
  private let buffer: Buffer<Float>
  private let offset: Int
  package let count: Int

  package init(_ buffer: Buffer<Float>, from offset: Int = 0, count: Int? = nil) {
    self.buffer = buffer
    self.offset = offset
    self.count = count ?? buffer.count - offset
    precondition(offset >= 0 && self.count >= 0 && offset + self.count <= buffer.count)
  }

  /// Copies of `count` numbers.
  package init(
    _ count: Int, in context: Context, _ number: (Int) -> Float
  ) throws(GenerativeError) {
    let buffer = try Buffer<Float>(uninitializedCount: count, in: context.memory)
    for i in 0..<count { buffer.base[i] = number(i) }
    self.init(buffer, count: count)
  }

  /// Valid as long as these numbers are held.
  package var base: UnsafePointer<Float> { UnsafePointer(buffer.base + offset) }

  package func part(_ first: Int, _ count: Int) -> Numbers {
    precondition(first >= 0 && count >= 0 && first + count <= self.count)
    return Numbers(buffer, from: offset + first, count: count)
  }
}
