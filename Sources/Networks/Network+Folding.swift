import Tensors

/// A layer whose sum a following per-channel scale and shift can be folded into: its first parameter
/// is `weight`, its second `bias`, and it ends in no activation of its own.
package protocol FoldableLayer: Layer {
  var activation: Activation { get }
  var hasBias: Bool { get }
  /// Weight element e belongs to output element (or channel) e / `weightsPerOutput` % the bias's count.
  var weightsPerOutput: Int { get }
  /// The same layer, numbers and all, for images that may come one by one.
  var forInference: any FoldableLayer { get }
  /// That with a bias and an activation.
  func folding(_ activation: Activation) -> any FoldableLayer
}

extension FoldableLayer { package var foldable: FoldableLayer? { self } }

extension Network {
  /// The network that inference runs: each batch normalisation folded into the dense layer or the
  /// convolution before it, dropout and noise left out.
  ///
  /// act(gain·(W·x + b) + offset) = act((gain·W)·x + (gain·b + offset)), so outputs differ by rounding
  /// alone. Between the two may stand the classes' biases b: they become gain·b. A batch normalisation
  /// that follows anything else stays.
  ///
  /// - Throws: `.memory`.
  package func folded(
    _ weights: Weights, context: Context
  ) throws(GenerativeError) -> (network: Network, weights: Weights) {
    /// What becomes of layer `index`; `norm` is the normalisation that it takes in.
    var pieces: [(layer: any Layer, index: Int, norm: Int?)] = []
    for (index, layer) in layers.enumerated() {
      if layer is Dropout || layer is GaussianNoise { continue }
      let classes = pieces.last?.layer as? ClassBias
      let place = pieces.count - (classes == nil ? 1 : 2)
      if let norm = layer as? BatchNormalization, place >= 0, pieces[place].norm == nil,
        let target = pieces[place].layer.foldable, target.activation == .identity,
        target.output.channels % norm.input.channels == 0, classes?.activation ?? .identity == .identity
      {
        pieces[place] = (
          target.folding(classes == nil ? norm.activation : .identity), pieces[place].index, index
        )
        if let classes {
          pieces[place + 1] = (classes.with(norm.activation), pieces[place + 1].index, index)
        }
      } else {
        pieces.append((layer.foldable?.forInference ?? layer, index, nil))
      }
    }
    if pieces.isEmpty { pieces = [(layers[0], 0, nil)] }  // only noise: in inference any does nothing

    let network = try Network(name, pieces.map({ $0.layer }))
    let folded = try Weights(network, seed: 0, context: context)
    for (position, piece) in pieces.enumerated() {
      let source = weights.parameters.base + parameterOffsets[piece.index]
      let target = folded.parameters.base + network.parameterOffsets[position]
      let count = layers[piece.index].parameters.reduce(0) { $0 + $1.count }
      target.update(from: source, count: count)
      (folded.statistics.base + network.statisticOffsets[position]).update(
        from: weights.statistics.base + statisticOffsets[piece.index],
        count: layers[piece.index].statistics.reduce(0) { $0 + $1.count })
      if let norm = piece.norm, piece.layer is ClassBias {
        scale(target, count: count, by: norm, weights)
      } else if let norm = piece.norm, let layer = piece.layer.foldable {
        fold(
          norm, into: target, layer, hadBias: layer.parameters.reduce(0) { $0 + $1.count } == count, weights)
      }
    }
    return (network, folded)
  }

  /// Scales biases of channels, one class after another, by the gain of normalisation `index`.
  private func scale(
    _ biases: UnsafeMutablePointer<Float>, count: Int, by index: Int, _ weights: Weights
  ) {
    guard let norm = layers[index] as? BatchNormalization else { return }
    for i in 0..<count {
      biases[i] *=
        norm.inferenceAffine(
          channel: i % norm.input.channels, parameters: weights.parameters.base + parameterOffsets[index],
          statistics: weights.statistics.base + statisticOffsets[index]
        ).gain
    }
  }

  /// Scales `target`'s weights and bias, in place, by what normalisation `index` does in inference.
  private func fold(
    _ index: Int, into target: UnsafeMutablePointer<Float>, _ layer: any FoldableLayer, hadBias: Bool,
    _ weights: Weights
  ) {
    guard let norm = layers[index] as? BatchNormalization, layer.parameters.count == 2 else { return }
    let channels = norm.input.channels
    let weightCount = layer.parameters[0].count
    let biasCount = layer.parameters[1].count
    let bias = target + weightCount
    if !hadBias { bias.update(repeating: 0, count: biasCount) }
    for output in 0..<biasCount {
      let (gain, offset) = norm.inferenceAffine(
        channel: output % channels, parameters: weights.parameters.base + parameterOffsets[index],
        statistics: weights.statistics.base + statisticOffsets[index])
      bias[output] = gain * bias[output] + offset
      let run = layer.weightsPerOutput
      for start in stride(from: output * run, to: weightCount, by: biasCount * run) {
        for e in start..<start + run { target[e] *= gain }
      }
    }
  }
}
