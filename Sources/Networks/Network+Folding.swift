import Tensors

extension Network {
  /// Whether any layer may be folded into the one before it.
  package var canFold: Bool {
    layers.contains { if case .affine = $0.folding { true } else { false } }
  }

  /// The network used for inference. Each batch normalization is folded into the preceding dense layer or
  /// convolution; dropout and noise are removed.
  ///
  /// act(gain·(W·x + b) + offset) = act((gain·W)·x + (gain·b + offset)), so outputs differ only by rounding.
  /// The biases b of classes may be in between; they become gain·b. A batch normalization after any other
  /// layer is kept.
  ///
  /// - Throws: `.memory`.
  package func folded(
    _ weights: Weights, context: Context
  ) throws(GenerativeError) -> (network: Network, weights: Weights) {
    var pieces: [Piece] = []
    for (index, layer) in layers.enumerated() {
      let folding = layer.folding
      if case .identity = folding { continue }
      var biases: (any FoldableBiases)?
      if case .biases(let last) = pieces.last?.layer.folding { biases = last }
      let place = pieces.count - (biases == nil ? 1 : 2)
      if case .affine(let norm) = folding, place >= 0, pieces[place].norm == nil,
        case .sum(let target) = pieces[place].layer.folding, target.activation == .identity,
        target.output.channels % norm.input.channels == 0, biases?.activation ?? .identity == .identity
      {
        pieces[place].layer = target.folding(biases == nil ? norm.activation : .identity)
        pieces[place].norm = (norm, index)
        if let biases {
          pieces[place + 1].layer = biases.with(norm.activation)
          pieces[place + 1].norm = (norm, index)
        }
      } else if case .sum(let sum) = folding {
        pieces.append(Piece(layer: sum.forInference, index: index))
      } else {
        pieces.append(Piece(layer: layer, index: index))
      }
    }
    // If the network is only noise, any of its layers does nothing in inference.
    if pieces.isEmpty { pieces = [Piece(layer: layers[0], index: 0)] }

    let network = try Network(name, pieces.map({ $0.layer }), precision: precision)
    let folded = try Weights(network, seed: 0, context: context)
    for (position, piece) in pieces.enumerated() {
      let source = weights.parameters.base + parameterOffsets[piece.index]
      let target = folded.parameters.base + network.parameterOffsets[position]
      let count = layers[piece.index].parameterCount
      target.update(from: source, count: count)
      (folded.statistics.base + network.statisticOffsets[position]).update(
        from: weights.statistics.base + statisticOffsets[piece.index],
        count: layers[piece.index].statisticCount)
      guard let norm = piece.norm else { continue }
      switch piece.layer.folding {
      case .biases: scale(target, count: count, by: norm, weights)
      case .sum(let sum): fold(norm, into: target, sum, hadBias: sum.parameterCount == count, weights)
      case .none, .identity, .affine: break
      }
    }
    return (network, folded)
  }

  /// A layer of the folded network: its index in the original one, and the scale and shift that it absorbs.
  private struct Piece {
    typealias Norm = (layer: any AffineLayer, index: Int)

    var layer: any Layer
    let index: Int
    var norm: Norm?
  }

  /// Scales the biases of channels, one class after another, by the gain of `norm`.
  private func scale(
    _ biases: UnsafeMutablePointer<Float>, count: Int, by norm: Piece.Norm, _ weights: Weights
  ) {
    for i in 0..<count { biases[i] *= affine(norm, channel: i % norm.layer.input.channels, weights).gain }
  }

  /// Scales `target`'s weights and bias in place by the transform of `norm` in inference.
  private func fold(
    _ norm: Piece.Norm, into target: UnsafeMutablePointer<Float>, _ layer: any FoldableSum, hadBias: Bool,
    _ weights: Weights
  ) {
    guard layer.parameters.count == 2 else { return }
    let channels = norm.layer.input.channels
    let weightCount = layer.parameters[0].count
    let biasCount = layer.parameters[1].count
    let bias = target + weightCount
    if !hadBias { bias.update(repeating: 0, count: biasCount) }
    for output in 0..<biasCount {
      let (gain, offset) = affine(norm, channel: output % channels, weights)
      bias[output] = gain * bias[output] + offset
      let run = layer.weightsPerOutput
      for start in stride(from: output * run, to: weightCount, by: biasCount * run) {
        for e in start..<start + run { target[e] *= gain }
      }
    }
  }

  /// The transform of a channel by `norm`.
  private func affine(
    _ norm: Piece.Norm, channel: Int, _ weights: Weights
  ) -> (gain: Float, offset: Float) {
    norm.layer.inferenceAffine(
      channel: channel, parameters: weights.parameters.base + parameterOffsets[norm.index],
      statistics: weights.statistics.base + statisticOffsets[norm.index])
  }
}
