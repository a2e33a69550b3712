import Checkpoints
import Datasets
import Tensors

extension Trainable {
  /// The terms of the fit to continue, or nil if there is none.
  func pastTerms(_ options: FitOptions) throws(GenerativeError) -> FitTerms? {
    if let record { return record.terms }
    guard progress.stepCount == 0, let path = options.checkpoint?.path, Checkpoint.exists(path) else {
      return nil
    }
    return try Checkpoint.read(path, limits: context.limits, in: context.memory).fitTerms
  }

  /// The record of the fit to continue. It is the model's own or, for a model that was never fitted, the one
  /// in the checkpoint's file, whose weights are then loaded. nil if there is neither: a new fit then begins.
  ///
  /// - Throws: `.mismatch` if the fit to continue had other terms or data; `.state` if the model was fitted
  ///   but has no record; errors of reading a checkpoint. The model is then unchanged.
  func resumed(
    _ terms: FitTerms, _ dataset: Dataset, _ options: FitOptions
  ) throws(GenerativeError) -> FitRecord? {
    if let record {
      try record.terms.check(terms, dataset, options.validation)
      return record
    }
    guard progress.stepCount == 0 else {
      throw GenerativeError(
        .state, "resume: the model was fitted, but has no record of a fit that can be resumed")
    }
    guard let path = options.checkpoint?.path, Checkpoint.exists(path) else { return nil }
    let checkpoint = try Checkpoint.read(path, limits: context.limits, in: context.memory)
    do throws(GenerativeError) {
      try requireOptions(of: checkpoint)
      guard let old = checkpoint.fitTerms else {
        throw GenerativeError(.state, "resume: the file has no record of a fit that can be resumed")
      }
      try old.check(terms, dataset, options.validation)
      try restore(checkpoint)
    } catch {
      throw GenerativeError(error.status, "\(path): \(error.message)")
    }
    return record
  }
}
