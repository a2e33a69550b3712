import Tensors

/// A network's numbers: one flat buffer of trained parameters and one of statistics.
///
/// An optimizer step is one pass over `parameters`, and a checkpoint is one write.
package final class Weights: Sendable {
  package let parameters: Buffer<Float>
  package let statistics: Buffer<Float>
  /// The parameters of another network that this network's layers share (`TiedDense`).
  let tied: Buffer<Float>?
  /// Each layer's weights in the order in which the matrix product reads them, if that is faster; empty
  /// during training.
  let packed: [PackedWeights?]

  /// Newly initialized numbers for `network`.
  ///
  /// - Parameter tied: the weights that it shares.
  package init(
    _ network: Network, seed: UInt64, tiedTo tied: Weights? = nil, context: Context
  ) throws(GenerativeError) {
    self.tied = tied?.parameters
    parameters = try Buffer(count: network.parameterCount, in: context.memory)
    statistics = try Buffer(count: network.statisticCount, in: context.memory)
    packed = []
    for (index, layer) in network.layers.enumerated() {
      // A layer's numbers depend only on the seed, the network's name and the layer's index.
      let random = Random(seed: seed, purpose: .initialization, step: network.stream)
        .stream(index)
      var position = parameters.base + network.parameterOffsets[index]
      var offset = 0
      for parameter in layer.parameters {
        parameter.initializer.fill(
          position, parameter, from: random, offset: offset, context: context)
        position += parameter.count
        offset += (parameter.count + 3) & ~3
      }
      position = statistics.base + network.statisticOffsets[index]
      for parameter in layer.statistics {
        parameter.initializer.fill(position, parameter, from: random, offset: 0, context: context)
        position += parameter.count
      }
    }
  }

  /// A copy of `other`, for an average or for the best weights so far.
  package init(copying other: Weights, context: Context) throws(GenerativeError) {
    parameters = try Buffer(copying: UnsafeBufferPointer(other.parameters.elements), in: context.memory)
    statistics = try Buffer(copying: UnsafeBufferPointer(other.statistics.elements), in: context.memory)
    tied = other.tied
    packed = []
  }

  /// `other` itself, packed for many passes of `network`. It must not change in the meantime.
  ///
  /// - Throws: `.memory`.
  package init(packing other: Weights, of network: Network, context: Context) throws(GenerativeError) {
    parameters = other.parameters
    statistics = other.statistics
    tied = other.tied
    var packed: [PackedWeights?] = []
    let context = context.with(network.precision)
    for (layer, offset) in zip(network.layers, network.parameterOffsets) {
      packed.append(
        try layer.packed(
          UnsafePointer(other.parameters.base + offset), tied: tied.map { UnsafePointer($0.base) },
          context: context))
    }
    self.packed = packed
  }

  /// Copies the numbers of `other`, which must belong to the same network.
  package func copy(_ other: Weights) {
    parameters.base.update(from: other.parameters.base, count: parameters.count)
    statistics.base.update(from: other.statistics.base, count: statistics.count)
  }
}

/// A layer's weights in the order in which its product reads them.
package enum PackedWeights: Sendable {
  case matrix(PackedMatrix)
  case kernel(PackedKernel)
}
