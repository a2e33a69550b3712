import Networks
import Tensors

/// Options that have a stack's.
package protocol MirroredOptions { var stack: MirroredStack { get set } }

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
}
