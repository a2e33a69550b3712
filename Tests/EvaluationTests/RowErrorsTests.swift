import Evaluation
import Glibc
import Testing

@Suite struct RowErrorsTests {
  @Test func `Squared errors are summed over a row and averaged over rows`() {
    let x: [Float] = [0, 0.5, 1, 0.25, 0.25, 0.25]
    let y: [Float] = [0.5, 0.5, 0.5, 0.25, 0.75, 0.25]
    #expect(RowErrors.meanSquaredError(x, y, rows: 2, rowSize: 3) == (0.5 + 0.25) / 2)
  }

  @Test func `The signal-to-noise ratio is averaged in decibels`() {
    let x: [Float] = [0, 0.5, 1, 0.25, 0.25, 0.25]
    let y: [Float] = [0.5, 0.5, 0.5, 0.25, 0.75, 0.25]
    let expected = (10 * log10(3 / 0.5) + 10 * log10(3 / 0.25)) / 2
    #expect(abs(RowErrors.peakSignalToNoise(x, y, rows: 2, rowSize: 3) - expected) < 1e-12)
    #expect(RowErrors.peakSignalToNoise(x, x, rows: 2, rowSize: 3) == .infinity)
  }
}
