import Tensors

/// A model that can be kept in a file and brought back.
package protocol Checkpointable: AnyObject {
  /// `autoencoder`, `vae`, …: what its files say they hold.
  static var kind: String { get }
  /// The model as tensors and options; nothing is copied, so it must not change until it is written.
  func checkpoint(_ content: CheckpointContent) throws(GenerativeError) -> Checkpoint
  /// The model that a checkpoint holds, ready for inference and further training.
  ///
  /// - Throws: `.mismatch` for another kind or tensors that do not fit the options, `.format` for
  ///   options that are none, `.memory`.
  init(_ checkpoint: Checkpoint, context: Context) throws(GenerativeError)
}

/// How much of a model a checkpoint holds.
package enum CheckpointContent: Sendable {
  /// Weights, and what it takes to train further as if never stopped.
  case everything
  case weights
}
