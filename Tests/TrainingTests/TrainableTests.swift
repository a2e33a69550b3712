import Checkpoints
import Datasets
import Networks
import Tensors
import TestSupport
import Testing
import Training

/// What the trainer asks of a model, with one that has nothing else.
@Suite struct TrainableTests {
  private static let width = 3

  private func dataset() throws -> Dataset {
    let rows = normals(20 * Self.width, seed: 1)
    return try rows.withUnsafeBytes { bytes in
      try Dataset.memory(
        try #require(bytes.baseAddress), .float32, rowCount: 20, shape: Shape(features: Self.width),
        ownership: .copied)
    }
  }

  private func options(_ epochs: Int) -> FitOptions {
    FitOptions(learningRate: 0.05, epochCount: epochs, batchRows: 7, seed: 4)
  }

  @Test func `A fit discards the mixture and threshold, and loading a file restores them`() throws {
    let model = try LineModel(width: Self.width)
    model.attachment = 0.5
    try Trainer.fit(model, to: try dataset(), options(1))
    #expect(model.attachment == nil)
    model.attachment = 1.25
    let bytes = try model.checkpoint(.everything).serialized()
    defer { withExtendedLifetime(bytes) {} }
    let loaded = try LineModel(
      try Checkpoint.read(UnsafeRawBufferPointer(bytes.elements)), context: .standard)
    #expect(loaded.attachment == 1.25)
    #expect(loaded.progress == model.progress)
  }

  @Test func `A fit approaches the identity`() throws {
    let model = try LineModel(width: Self.width)
    try Trainer.fit(model, to: try dataset(), options(200))
    let weights = model.learner.weights.parameters
    for i in 0..<Self.width {
      for j in 0..<Self.width {
        #expect(abs(weights[i * Self.width + j] - (i == j ? 1 : 0)) < 1e-2)
      }
    }
  }

  @Test func `Each turn starts with zero gradients, and notifies the model of changed weights`() throws {
    let model = try LineModel(width: Self.width)
    let step = try model.prepare(options(1), nil)
    var x = normals(7 * Self.width, seed: 2)
    _ = try step.learn(&x, rows: 7, at: StepTime(seed: 1, step: 1, epoch: 0, rate: 0))
    let gradient = try #require(model.learner.gradient)
    let first = Array(gradient.elements)
    let before = model.weightChanges
    // At a rate of 0 the same step again.
    _ = try step.learn(&x, rows: 7, at: StepTime(seed: 1, step: 2, epoch: 0, rate: 0))
    #expect(Array(gradient.elements) == first)
    #expect(model.weightChanges > before)
  }
}
