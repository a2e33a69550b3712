import Checkpoints
import Datasets
import Statistics
import Tensors
import Training

/// What is fitted to a trained model. It is saved in the model's file and discarded by a further fit.
package struct Calibration: Sendable {
  /// A mixture of the latents, from which new ones are drawn.
  package var mixture: GaussianMixture?
  /// The score above which a row is an anomaly.
  package var threshold: Double?

  package init() {}
}

/// A model with latents of rows, and an anomaly score of each row.
package protocol Calibrated: AnyObject {
  var calibration: Calibration { get set }
  var context: Context { get }
  /// The number of classes if each row needs a label; 0 if rows need none.
  var classCount: Int { get }

  /// The number of floats in a row and in its latent.
  func sizes() throws(GenerativeError) -> (row: Int, latent: Int)
  /// z ← the latents of packed rows. `first` is the index of their first row in the whole call.
  ///
  /// - Parameter labels: for a model with classes, one class per row; otherwise nil. The same applies below.
  func latents(
    of rows: RowBatch, given labels: UnsafePointer<Int32>?, first: Int, seed: UInt64,
    into z: UnsafeMutablePointer<Float>
  ) throws(GenerativeError)
  /// x ← the decoded rows of latents.
  func rows(
    of z: UnsafePointer<Float>, given labels: UnsafePointer<Int32>?, count: Int,
    into x: UnsafeMutablePointer<Float>
  ) throws(GenerativeError)
  /// scores ← the anomaly scores of packed rows; greater is more anomalous.
  func scores(
    of rows: RowBatch, given labels: UnsafePointer<Int32>?, into scores: UnsafeMutablePointer<Double>
  ) throws(GenerativeError)
}

// MARK: - Sampling

extension Calibrated {
  /// Fits a mixture to the latents of all rows and stores it.
  ///
  /// - Throws: `.mismatch` for rows of another size; `.argument` if a model with classes gets no labels;
  ///   errors of `latents` and `GaussianMixture.fit`.
  package func fitMixture(
    _ dataset: Dataset, _ options: GaussianMixture.Options
  ) throws(GenerativeError) {
    let sizes = try sizes()
    var store = try RowStore(columns: sizes.latent, capacity: dataset.rowCount ?? 0, in: context)
    try forEachBlock(of: dataset, sizes.row) { rows, labels throws(GenerativeError) in
      let first = store.rowCount
      let z = try store.extend(rows.rowCount)
      try latents(of: rows, given: labels, first: first, seed: options.seed, into: z)
    }
    calibration.mixture = try GaussianMixture.fit(to: store, options, in: context)
  }

  /// x ← rows of latents drawn from the mixture. Row i of a seed is the same in any batch.
  ///
  /// - Parameter labels: for a model with classes; nil: drawn with equal probability, using the same seed.
  /// - Throws: `.state` without a mixture.
  package func sampleMixture(
    rows count: Int, seed: UInt64, given labels: UnsafePointer<Int32>?, into x: UnsafeMutablePointer<Float>
  ) throws(GenerativeError) {
    let (mixture, sizes) = (try mixture(), try sizes())
    let block = min(count, Inference.blockRows)
    let z = try Buffer<Float>(count: block * sizes.latent, in: context.memory)
    let drawn = try Buffer<Int32>(count: block, in: context.memory)
    for first in stride(from: 0, to: count, by: max(block, 1)) {
      let some = min(block, count - first)
      mixture.sample(rows: some, first: first, seed: seed, into: z.base)
      var given = labels.map { $0 + first }
      if classCount > 0, labels == nil {
        Labels.draw(drawn.base, rows: some, first: first, of: classCount, seed: seed)
        given = UnsafePointer(drawn.base)
      }
      try rows(of: z.base, given: given, count: some, into: x + first * sizes.row)
    }
  }

  package func mixture() throws(GenerativeError) -> GaussianMixture {
    guard let mixture = calibration.mixture else {
      throw GenerativeError(
        .state, "the model has no mixture of its latents: fit one, after the model's last fit")
    }
    return mixture
  }
}

// MARK: - Anomalies

extension Calibrated {
  /// Sets the threshold to this quantile of the scores of rows that the model was not fitted to, and returns
  /// it.
  ///
  /// - Throws: `.mismatch` for rows of another size; `.argument` for no rows, or if a model with classes gets
  ///   no labels; `.nonfinite` for scores that are not finite.
  package func fitThreshold(_ dataset: Dataset, quantile: Double) throws(GenerativeError) -> Double {
    let size = try sizes().row
    var scores: [Double] = []
    try forEachBlock(of: dataset, size) { rows, labels throws(GenerativeError) in
      let block = try Buffer<Double>(count: rows.rowCount, in: context.memory)
      try self.scores(of: rows, given: labels, into: block.base)
      scores += block.elements
    }
    guard !scores.isEmpty else { throw GenerativeError(.argument, "a threshold needs at least one row") }
    if let row = scores.firstIndex(where: { !$0.isFinite }) {
      throw GenerativeError(.nonfinite, "the score of row \(row) is \(scores[row])")
    }
    scores.sort()
    // Linear interpolation between the two adjacent scores.
    let place = quantile * Double(scores.count - 1)
    let below = min(Int(place), scores.count - 1)
    let above = min(below + 1, scores.count - 1)
    let threshold = scores[below] + (place - Double(below)) * (scores[above] - scores[below])
    calibration.threshold = threshold
    return threshold
  }

  package func threshold() throws(GenerativeError) -> Double {
    guard let threshold = calibration.threshold else {
      throw GenerativeError(.state, "the model has no threshold: fit one, after the model's last fit")
    }
    return threshold
  }

  /// scores, anomalies ← the score of each row, and 1 if it is above the threshold, otherwise 0. Either may
  /// be nil.
  ///
  /// - Throws: `.state` if anomalies are requested without a threshold.
  package func detect(
    _ rows: RowBatch, given labels: UnsafePointer<Int32>?, scores: UnsafeMutablePointer<Double>?,
    anomalies: UnsafeMutablePointer<Int32>?
  ) throws(GenerativeError) {
    let threshold = anomalies == nil ? 0 : try threshold()
    let block = min(rows.rowCount, Inference.blockRows)
    let some = try Buffer<Double>(count: block, in: context.memory)
    for first in stride(from: 0, to: rows.rowCount, by: max(block, 1)) {
      let count = min(block, rows.rowCount - first)
      try self.scores(of: rows.part(first, count), given: labels.map { $0 + first }, into: some.base)
      scores?.advanced(by: first).update(from: some.base, count: count)
      // A row whose score is NaN is an anomaly.
      for i in 0..<count { anomalies?[first + i] = some.base[i] <= threshold ? 0 : 1 }
    }
  }

  /// Calls `body` with all rows of a dataset, packed, block by block: as doubles if they are doubles,
  /// otherwise as floats. If the model has classes, the rows' labels are passed too.
  private func forEachBlock(
    of source: Dataset, _ size: Int,
    _ body: (_ rows: RowBatch, _ labels: UnsafePointer<Int32>?) throws(GenerativeError) -> Void
  ) throws(GenerativeError) {
    guard source.columnCount == size else {
      throw GenerativeError(
        .mismatch, "dataset has \(source.columnCount) numbers per row, the model takes \(size)")
    }
    try Labels.check(source, "dataset", classCount: classCount)
    let blockRows = Inference.blockRows
    if let stream = source.stream { return try forEachBlock(of: stream, blockRows, size, body) }
    let doubles = source.element == .double
    let space = try Buffer<Double>(
      count: doubles ? blockRows * size : (blockRows * size + 1) / 2, in: context.memory)
    let floats = UnsafeMutableRawPointer(space.base).assumingMemoryBound(to: Float.self)
    var done = 0
    try source.forEachBatch { batch throws(GenerativeError) in
      if !source.isChecked { try batch.checkFinite(in: context) }
      for first in stride(from: 0, to: batch.rowCount, by: blockRows) {
        try Run.proceed(done, of: source.knownRowCount ?? 0)
        let count = min(blockRows, batch.rowCount - first)
        let rows: RowBatch
        if doubles {
          batch.centre(first, count, of: size, about: nil, into: space.base, in: context)
          rows = .doubles(DoubleMatrix(space.base, rows: count, columns: size))
        } else {
          try batch.round(first, count, of: size, into: floats, in: context)
          rows = .floats(Matrix(floats, rows: count, columns: size))
        }
        let labels = classCount > 0 ? source.labels.map { UnsafePointer($0.base + done) } : nil
        try Run.apart { () throws(GenerativeError) in try body(rows, labels) }
        done += count
      }
    }
  }

  private func forEachBlock(
    of stream: RowStream, _ blockRows: Int, _ size: Int,
    _ body: (_ rows: RowBatch, _ labels: UnsafePointer<Int32>?) throws(GenerativeError) -> Void
  ) throws(GenerativeError) {
    let floats = try Buffer<Float>(count: blockRows * size, in: context.memory)
    let labels = try Buffer<Int32>(count: blockRows, in: context.memory)
    stream.rewind()
    var done = 0
    while true {
      try Run.proceed(done, of: 0)
      let count = try stream.read(
        maxRowCount: blockRows, into: floats.base, labels: labels.base, classCount: classCount)
      if count == 0 { return }
      let rows = Matrix(floats.base, rows: count, columns: size)
      try Run.apart { () throws(GenerativeError) in
        try body(.floats(rows), classCount > 0 ? UnsafePointer(labels.base) : nil)
      }
      done += count
    }
  }
}

extension RowBatch {
  /// Packed rows as networks take them: floats unchanged, doubles rounded.
  ///
  /// - Throws: `.nonfinite` for a double that is out of range for a float; `.memory`; errors of `body`.
  func asFloats(
    of width: Int, in context: Context, _ body: (UnsafePointer<Float>) throws(GenerativeError) -> Void
  ) throws(GenerativeError) {
    if case .floats(let rows) = self, rows.rowStride == width { return try body(rows.base) }
    let floats = try Buffer<Float>(count: rowCount * width, in: context.memory)
    try round(0, rowCount, of: width, into: floats.base, in: context)
    try body(floats.base)
  }
}
