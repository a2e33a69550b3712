/// Kernels that make one pass over contiguous floats. Inputs and outputs may be the same array but must not
/// overlap otherwise. An element's result does not depend on its position.
package struct ElementwiseKernels: Sendable {
  package typealias Input = UnsafePointer<Float>
  package typealias Output = UnsafeMutablePointer<Float>

  /// Which function `activate` applies.
  package enum Function: Sendable {
    case identity, relu, leakyReLU, silu, elu, tanh, sigmoid, softplus
  }

  /// y ← f(x)
  package var activate:
    @Sendable (_ f: Function, _ slope: Float, _ x: Input, _ y: Output, _ count: Int) -> Void
  /// dx ← dy · f′. `saved` is the input of f for silu, and its output for the other functions.
  package var activateBackward:
    @Sendable (_ f: Function, _ slope: Float, _ dy: Input, _ saved: Input, _ dx: Output, _ count: Int) -> Void
  /// y ← f(x · scale + shift), over one row.
  package var scaleRow:
    @Sendable (
      _ x: Input, _ scale: Input, _ shift: Input, _ f: Function, _ slope: Float, _ y: Output, _ count: Int
    ) -> Void
  /// y ← f(y + bias) over one row; nil means no bias.
  package var finishRow:
    @Sendable (_ y: Output, _ bias: Input?, _ f: Function, _ slope: Float, _ count: Int) -> Void

  /// y ← a·x + b·y
  package var combine: @Sendable (_ a: Float, _ x: Input, _ b: Float, _ y: Output, _ count: Int) -> Void
  /// z ← x·y
  package var multiply: @Sendable (_ x: Input, _ y: Input, _ z: Output, _ count: Int) -> Void
  /// y ← a·x + b
  package var scale: @Sendable (_ x: Input, _ a: Float, _ b: Float, _ y: Output, _ count: Int) -> Void
  /// y ← min(max(x, low), high). NaN is preserved.
  package var clamp: @Sendable (_ x: Input, _ low: Float, _ high: Float, _ y: Output, _ count: Int) -> Void
  /// y ← eˣ
  package var exponential: @Sendable (_ x: Input, _ y: Output, _ count: Int) -> Void
  /// y ← ln x
  package var logarithm: @Sendable (_ x: Input, _ y: Output, _ count: Int) -> Void
  /// y ← a·x, where x are bytes.
  package var fromBytes: @Sendable (_ x: UnsafePointer<UInt8>, _ a: Float, _ y: Output, _ count: Int) -> Void
  /// y ← 255·x as bytes. Returns false if some x is not within one unit in the last place of a byte / 255.
  package var toBytes: @Sendable (_ x: Input, _ y: UnsafeMutablePointer<UInt8>, _ count: Int) -> Bool
  /// y ← x, where x are doubles.
  package var fromDoubles: @Sendable (_ x: UnsafePointer<Double>, _ y: Output, _ count: Int) -> Void
  /// y ← Σₖ weights[k] · xₖ over `rows` rows that are `rowStride` elements apart. Each product and each sum
  /// is rounded, in row order, so every instruction set gives the same bits.
  package var weighBytes:
    @Sendable (
      _ x: UnsafePointer<UInt8>, _ rowStride: Int, _ weights: Input, _ rows: Int, _ y: Output, _ count: Int
    ) -> Void
  /// `weighBytes` for floats.
  package var weighFloats:
    @Sendable (
      _ x: Input, _ rowStride: Int, _ weights: Input, _ rows: Int, _ y: Output, _ count: Int
    ) -> Void

  package init(
    activate: @escaping @Sendable (Function, Float, Input, Output, Int) -> Void,
    activateBackward: @escaping @Sendable (Function, Float, Input, Input, Output, Int) -> Void,
    scaleRow: @escaping @Sendable (Input, Input, Input, Function, Float, Output, Int) -> Void,
    finishRow: @escaping @Sendable (Output, Input?, Function, Float, Int) -> Void,
    combine: @escaping @Sendable (Float, Input, Float, Output, Int) -> Void,
    multiply: @escaping @Sendable (Input, Input, Output, Int) -> Void,
    scale: @escaping @Sendable (Input, Float, Float, Output, Int) -> Void,
    clamp: @escaping @Sendable (Input, Float, Float, Output, Int) -> Void,
    exponential: @escaping @Sendable (Input, Output, Int) -> Void,
    logarithm: @escaping @Sendable (Input, Output, Int) -> Void,
    fromBytes: @escaping @Sendable (UnsafePointer<UInt8>, Float, Output, Int) -> Void,
    toBytes: @escaping @Sendable (Input, UnsafeMutablePointer<UInt8>, Int) -> Bool,
    fromDoubles: @escaping @Sendable (UnsafePointer<Double>, Output, Int) -> Void,
    weighBytes: @escaping @Sendable (UnsafePointer<UInt8>, Int, Input, Int, Output, Int) -> Void,
    weighFloats: @escaping @Sendable (Input, Int, Input, Int, Output, Int) -> Void
  ) {
    self.activate = activate
    self.activateBackward = activateBackward
    self.scaleRow = scaleRow
    self.finishRow = finishRow
    self.combine = combine
    self.multiply = multiply
    self.scale = scale
    self.clamp = clamp
    self.exponential = exponential
    self.logarithm = logarithm
    self.fromBytes = fromBytes
    self.toBytes = toBytes
    self.fromDoubles = fromDoubles
    self.weighBytes = weighBytes
    self.weighFloats = weighFloats
  }
}
