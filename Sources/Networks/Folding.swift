import Tensors

/// How inference may fold a layer.
package enum Folding {
  /// The layer is kept.
  case none
  /// The layer is dropped: in inference, y = x.
  case identity
  /// A sum that can absorb a following scale and shift.
  case sum(any FoldableSum)
  /// Biases between a sum and its scale. They absorb the scale.
  case biases(any FoldableBiases)
  /// A scale and a shift that the preceding sum absorbs.
  case affine(any AffineLayer)
}

/// A layer into whose sum a following per-channel scale and shift can be folded. Its first parameter is
/// `weight`, its second `bias`, and it has no activation of its own.
package protocol FoldableSum: Layer {
  var activation: Activation { get }
  var hasBias: Bool { get }
  /// Weight element e belongs to output element (or channel) e / `weightsPerOutput` % the number of biases.
  var weightsPerOutput: Int { get }
  /// The same layer, including its numbers, for images that may arrive one at a time.
  var forInference: any FoldableSum { get }
  /// `forInference` with a bias and an activation.
  func folding(_ activation: Activation) -> any FoldableSum
}

extension FoldableSum { package var folding: Folding { .sum(self) } }

/// A layer that adds a bias to each channel. Its parameters are the biases of each class, one class after
/// another.
package protocol FoldableBiases: Layer {
  var activation: Activation { get }
  /// The same layer with another activation.
  func with(_ activation: Activation) -> any FoldableBiases
}

extension FoldableBiases { package var folding: Folding { .biases(self) } }

/// A layer that in inference is a scale and a shift per channel: y = act(gain·x + offset).
package protocol AffineLayer: Layer {
  var activation: Activation { get }
  func inferenceAffine(
    channel: Int, parameters: UnsafePointer<Float>, statistics: UnsafePointer<Float>
  ) -> (gain: Float, offset: Float)
}

extension AffineLayer { package var folding: Folding { .affine(self) } }
