import Checkpoints
import Datasets
import Tensors

/// The preparation of rows, as `preparation.mean` and `preparation.deviation`, one number per column.
extension Checkpoint {
  mutating func add(_ preparation: Preparation) throws(GenerativeError) {
    let columns = preparation.columnCount
    try add("preparation.mean", shape: [columns], preparation.means)
    try add("preparation.deviation", shape: [columns], preparation.deviations)
  }

  /// - Throws: `.mismatch` for another number of columns; `.format` for a negative deviation.
  func preparation(columns: Int, _ context: Context) throws(GenerativeError) -> Preparation? {
    guard self["preparation.mean"] != nil else { return nil }
    let means: Buffer<Double> = try finite("preparation.mean", [columns], in: context)
    let deviations: Buffer<Double> = try finite("preparation.deviation", [columns], in: context)
    guard deviations.elements.allSatisfy({ $0 >= 0 }) else {
      throw GenerativeError(.format, "tensor preparation.deviation must not be negative")
    }
    return Preparation(means: means, deviations: deviations, context: context)
  }
}
