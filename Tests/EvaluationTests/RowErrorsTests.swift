import Evaluation
import Glibc
import Tensors
import Testing

@Suite struct RowErrorsTests {
  /// Of two rows of three numbers.
  private func quality(_ x: [Float], _ y: [Float]) throws -> ReconstructionQuality {
    try ReconstructionQuality(x, y, rows: 2, shape: Shape(features: 3), context: .standard)
  }

  @Test func `Squared errors are summed over a row and averaged over rows`() throws {
    let x: [Float] = [0, 0.5, 1, 0.25, 0.25, 0.25]
    let y: [Float] = [0.5, 0.5, 0.5, 0.25, 0.75, 0.25]
    #expect(try quality(x, y).squaredError.mean == (0.5 + 0.25) / 2)
  }

  @Test func `The signal-to-noise ratio is averaged in decibels`() throws {
    let x: [Float] = [0, 0.5, 1, 0.25, 0.25, 0.25]
    let y: [Float] = [0.5, 0.5, 0.5, 0.25, 0.75, 0.25]
    let expected = (10 * log10(3 / 0.5) + 10 * log10(3 / 0.25)) / 2
    #expect(abs(try quality(x, y).signalToNoise.mean - expected) < 1e-12)
    #expect(try quality(x, x).signalToNoise.mean == .infinity)
  }
}
