import CGenerative

/// A corruption of rows, of a kind and an amount.
struct Noise {
  let kind: Corruption
  /// Standard deviation, or share of pixels; nil: the library's default.
  let amount: Double?

  init(kind: Corruption, amount: Double?) { (self.kind, self.amount) = (kind, amount) }

  /// The corruption that a denoising autoencoder was trained with; nil for other models.
  init?(of checkpoint: Checkpoint) {
    guard let kind = checkpoint.option("corruption").flatMap(Corruption.init(option:)) else { return nil }
    self.init(kind: kind, amount: checkpoint.option("corruption_amount").flatMap(Double.init))
  }

  func corrupted(_ rows: Rows, seed: UInt64) throws -> Rows {
    try Rows(count: rows.count, rowSize: rows.rowSize) {
      gen_rows_corrupt(
        rows.values, Int64(rows.count), Int64(rows.rowSize), kind.code, amount ?? Double(GEN_AUTO), seed, $0)
    }
  }
}
