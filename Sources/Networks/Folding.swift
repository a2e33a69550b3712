import Tensors

/// What inference may make of a layer.
package enum Folding {
  /// It stays as it is.
  case none
  /// Nothing: in inference y = x.
  case identity
  /// A sum that takes in a scale and a shift that follow.
  case sum(any FoldableSum)
  /// Biases between a sum and its scale, which take in the scale.
  case biases(any FoldableBiases)
  /// A scale and a shift, which the sum before takes in.
  case affine(any AffineLayer)
}

/// A layer whose sum a following per-channel scale and shift can be folded into: its first parameter
/// is `weight`, its second `bias`, and it ends in no activation of its own.
package protocol FoldableSum: Layer {
  var activation: Activation { get }
  var hasBias: Bool { get }
  /// Weight element e belongs to output element (or channel) e / `weightsPerOutput` % the bias's count.
  var weightsPerOutput: Int { get }
  /// The same layer, numbers and all, for images that may come one by one.
  var forInference: any FoldableSum { get }
  /// That with a bias and an activation.
  func folding(_ activation: Activation) -> any FoldableSum
}

extension FoldableSum { package var folding: Folding { .sum(self) } }

/// A layer that adds biases of channels: its parameters are those of each class, one after another.
package protocol FoldableBiases: Layer {
  var activation: Activation { get }
  /// The same with another activation.
  func with(_ activation: Activation) -> any FoldableBiases
}

extension FoldableBiases { package var folding: Folding { .biases(self) } }

/// A layer that in inference is a scale and a shift of each channel: y = act(gain·x + offset).
package protocol AffineLayer: Layer {
  var activation: Activation { get }
  func inferenceAffine(
    channel: Int, parameters: UnsafePointer<Float>, statistics: UnsafePointer<Float>
  ) -> (gain: Float, offset: Float)
}

extension AffineLayer { package var folding: Folding { .affine(self) } }
