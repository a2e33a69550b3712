import Tensors

/// A model that can be stored in a file and restored.
package protocol Checkpointable: AnyObject {
  /// The kind stored in its files: `autoencoder`, `vae`, …
  static var kind: String { get }
  /// The model as tensors and options. Nothing is copied, so the model must not change until the checkpoint
  /// is written.
  func checkpoint(_ content: CheckpointContent) throws(GenerativeError) -> Checkpoint
  /// Restores the model in a checkpoint, ready for inference and further training.
  ///
  /// - Throws: `.mismatch` for another kind or tensors that do not fit the options; `.format` for invalid
  ///   options; `.memory`.
  init(_ checkpoint: Checkpoint, context: Context) throws(GenerativeError)
}

/// How much of a model a checkpoint holds.
package enum CheckpointContent: Sendable {
  /// Weights, and what is needed to continue training as if it had never stopped.
  case everything
  case weights
}
