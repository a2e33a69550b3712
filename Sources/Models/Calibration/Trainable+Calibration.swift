import Checkpoints
import Tensors
import Training

// The attachment of a calibrated model is its calibration.
extension Trainable where Self: Calibrated {
  package func addAttachments(to checkpoint: inout Checkpoint) throws(GenerativeError) {
    try calibration.add(to: &checkpoint)
  }

  package func attachments(in checkpoint: Checkpoint) throws(GenerativeError) -> () -> Void {
    let calibration = try Calibration(checkpoint, in: context) { () throws(GenerativeError) in
      try self.sizes().latent
    }
    return { self.calibration = calibration }
  }

  package func dropAttachments() { calibration = Calibration() }
}
