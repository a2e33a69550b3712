import Datasets
import Tensors

/// Whether generated rows are copies of training rows: how close they come to the nearest one, compared with
/// rows of the same kind that were never trained on.
package struct Memorization: Equatable {
  /// Medians of the distances to the nearest training row.
  package var generated = 0.0
  package var heldOut = 0.0
  /// generated / heldOut: well below 1 for copies; NaN if both are zero.
  package var ratio: Double { generated / heldOut }

  /// Cost: 2 · (generated + held-out rows) · training rows · row size FLOPs.
  ///
  /// - Throws: `.unsupported` for a stream, `.memory`.
  package init(
    generated: UnsafePointer<Float>, count generatedCount: Int, heldOut: UnsafePointer<Float>,
    count heldOutCount: Int, training: Dataset
  ) throws(GenerativeError) {
    self.generated = try Self.medianDistance(generated, generatedCount, training)
    self.heldOut = try Self.medianDistance(heldOut, heldOutCount, training)
  }

  private static func medianDistance(
    _ rows: UnsafePointer<Float>, _ count: Int, _ training: Dataset
  ) throws(GenerativeError) -> Double {
    let distances = try Buffer<Float>(count: count, in: training.context.memory)
    try NearestRows.find(
      rows, count: count, neighbours: 1, in: training, indices: nil, distances: distances.base)
    var sorted = distances.elements
    sorted.sort()
    return Double(distances[(count - 1) / 2] + distances[count / 2]) / 2
  }
}
