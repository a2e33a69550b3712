import Checkpoints
import Datasets
import Networks
import Tensors

extension Trainable {
  package func checkpoint(_ content: CheckpointContent) throws(GenerativeError) -> Checkpoint {
    var checkpoint = try outline()
    try checkpoint.set(progress)
    try checkpoint.set(learners[0].optimizer?.rule, after: learners[0].optimizerStart, content)
    if content == .everything { try checkpoint.set(record) }
    for learner in learners { try learner.add(to: &checkpoint, content) }
    if let average { try learners[0].network.add(average.weights, to: &checkpoint, as: "average") }
    if let preparation { try checkpoint.add(preparation) }
    try names.add(to: &checkpoint)
    try addAttachments(to: &checkpoint)
    return checkpoint
  }

  /// Loads the weights of a checkpoint that has this model's options.
  ///
  /// - Throws: `.mismatch`, `.format` or `.memory`. The model is then unchanged.
  package func restore(_ checkpoint: Checkpoint) throws(GenerativeError) {
    do throws(GenerativeError) {
      let progress = try checkpoint.progress()
      let rule = try checkpoint.rule()
      let start = try checkpoint.optimizerStart(rule, progress)
      var transfers: [Transfer] = []
      for learner in learners { transfers += try learner.transfers(from: checkpoint, rule, after: start) }
      if let average {
        transfers += try learners[0].network.transfers(
          from: checkpoint, named: "average", to: average.weights)
      }
      let preparation = try checkpoint.preparation(columns: rowShape.count, context)
      let names = try ModelNames(checkpoint)
      let attach = try attachments(in: checkpoint)
      let record = try checkpoint.record(of: progress, state: state, context: context)
      weightsChange()
      for transfer in transfers { transfer.run() }
      (self.progress, self.record, self.preparation) = (progress, record, preparation)
      self.names = names
      attach()
    } catch {
      for learner in learners { learner.forgetOptimizer() }
      throw error
    }
  }
}
