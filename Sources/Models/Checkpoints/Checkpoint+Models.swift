import Checkpoints
import Tensors

extension Checkpoint {
  /// Checks that the tensors could fill a model with this many parameters before its memory is allocated: a
  /// small file whose options specify wide layers must not cause large allocations.
  func require(parameterCount: Int) throws(GenerativeError) {
    let count = tensors.reduce(0) { $0 + $1.count }
    guard count >= parameterCount else {
      throw GenerativeError(
        .mismatch, "the options ask for \(parameterCount) numbers, the tensors hold \(count)")
    }
  }
}
