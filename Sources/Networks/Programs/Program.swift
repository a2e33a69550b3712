import Tensors

/// What a part of a fitted model computes for one row, in inference, as a list of steps: the form from which
/// files for other programs are written.
///
/// Values are numbered: 0 is the input, i + 1 the output of step i. A step reads a value made before it, mostly
/// the last. Batch norm is folded, and noise and dropout are left out.
package struct Program: Sendable {
  package struct Step: Sendable {
    package let operation: Operation
    /// The number of the value that it reads.
    package let input: Int
    package let output: Shape
  }

  package let input: (name: String, shape: Shape)
  /// The number of classes if it needs the row's label; 0: it needs none.
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
  ///   - value: what it reads; nil: the last value.
  ///   - output: nil: the shape of what it reads.
  package mutating func append(_ operation: Operation, of value: Int? = nil, to output: Shape? = nil) {
    let value = value ?? last
    steps.append(Step(operation: operation, input: value, output: output ?? shape(value)))
  }

  /// Returns a value under a name.
  ///
  /// - Parameter value: nil: the last.
  package mutating func export(_ name: String, _ value: Int? = nil) { outputs.append((name, value ?? last)) }

  /// Throws `.nonfinite` for a number that a float cannot hold.
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

/// A step of a program: y of x. Sums run over all features unless something else is said.
package enum Operation: Sendable {
  /// y = W·x + b, with W of outputs × inputs, or of inputs × outputs if it is transposed.
  case dense(weight: Numbers, isTransposed: Bool, bias: Numbers?)
  /// The product's `correlate`, and a bias of each channel.
  case convolution(ConvolutionProduct, weight: Numbers, bias: Numbers?)
  /// The product's `spread`, and a bias of each channel.
  case transposedConvolution(ConvolutionProduct, weight: Numbers, bias: Numbers?)
  /// y = a·x, by feature, or by channel if there are only so many numbers.
  case scale(Numbers)
  /// y = x + a, likewise.
  case offset(Numbers)
  /// y = x + V[label], by channel.
  case classOffset(Numbers)
  /// y = M[label]·x + b, one number.
  case classDense(weight: Numbers, bias: Numbers)
  case activation(Activation)
  case exponential
  /// y = x within these limits.
  case clamp(Float, Float)
  case softmax
  /// The image within zeros.
  case pad(top: Int, left: Int)
  /// The middle of the image.
  case crop(top: Int, left: Int)
  /// The same numbers in another shape.
  case reshape
  /// Features from this one on.
  case slice(first: Int)
  /// With another value of the same shape, by feature.
  case add(Int)
  case subtract(Int)
  case multiply(Int)
  /// Σ x
  case sum

  /// The model's numbers in it.
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

  /// The second value that it reads.
  package var other: Int? {
    switch self {
    case .add(let other), .subtract(let other), .multiply(let other): other
    default: nil
    }
  }
}

/// Some of a model's numbers, where they lie.
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
