import Networks
import Options
import Tensors
import Training

/// Options of an encoder and its mirror. The members of the stack can be accessed like those of the options.
package protocol MirroredOptions: NetworkOptions { var stack: MirroredStack { get set } }

extension MirroredOptions {
  package var shape: Shape {
    get { stack.shape }
    set { stack.shape = newValue }
  }
  package var architecture: Architecture { stack.architecture }
  package var convolution: ConvolutionOptions {
    get { stack.convolution }
    set { stack.convolution = newValue }
  }
  package var isNormalized: Bool {
    get { stack.isNormalized }
    set { stack.isNormalized = newValue }
  }
  package var hasPixelBias: Bool {
    get { stack.hasPixelBias }
    set { stack.hasPixelBias = newValue }
  }
  package var classCount: Int {
    get { stack.classCount }
    set { stack.classCount = newValue }
  }
  package var latentSize: Int {
    get { stack.latentSize }
    set { stack.latentSize = newValue }
  }
  package var hidden: [Int] {
    get { stack.hidden }
    set { stack.hidden = newValue }
  }
  package var decoderHidden: [Int]? {
    get { stack.decoderHidden }
    set { stack.decoderHidden = newValue }
  }
  package var activation: Activation {
    get { stack.activation }
    set { stack.activation = newValue }
  }
  package var hasBias: Bool {
    get { stack.hasBias }
    set { stack.hasBias = newValue }
  }
  package var weights: WeightRule {
    get { stack.weights }
    set { stack.weights = newValue }
  }
  package var dropout: Float {
    get { stack.dropout }
    set { stack.dropout = newValue }
  }
  package var preparation: PreparationRule {
    get { stack.preparation }
    set { stack.preparation = newValue }
  }
  package var precision: Precision {
    get { stack.precision }
    set { stack.precision = newValue }
  }
}

extension Place {
  /// The places of `gen_network_options` for options whose network is `stack`.
  static func network(_ stack: inout MirroredStack, _ seed: UnsafeMutablePointer<UInt64>) -> [Place] {
    network(
      &stack.shape, &stack.architecture, &stack.weights, &stack.convolution, &stack.dropout,
      &stack.preparation, &stack.precision, seed)
  }

  static func decoderHidden(_ member: UnsafeMutablePointer<[Int]?>) -> Place {
    .member(
      member, get: { $0.map { .widths($0) } ?? .automatic },
      set: { if case .widths(let widths) = $1 { $0 = widths } })
  }
}
