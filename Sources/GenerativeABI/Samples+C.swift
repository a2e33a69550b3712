import CGenerative
import Datasets
import Evaluation
import Models
import Tensors

// Metrics that compare generated rows with real ones.

/// The rows of two sets, and the context of the computation.
private struct Sets {
  let real: UnsafePointer<Float>
  let realCount: Int
  let generated: UnsafePointer<Float>
  let generatedCount: Int
  let rowSize: Int
  let context: Context

  init(
    _ real: UnsafePointer<Float>?, _ n_real: Int64, _ generated: UnsafePointer<Float>?,
    _ n_generated: Int64, _ row_size: Int64, _ context: OpaquePointer?, least: Int
  ) throws(GenerativeError) {
    self.context = try resolve(context)
    rowSize = try checkRange("row_size", row_size, 1...Shape.countLimit)
    (self.real, realCount) = try checkRows(
      "real", real, "n_real", n_real, rowSize, self.context, least: least)
    (self.generated, generatedCount) = try checkRows(
      "generated", generated, "n_generated", n_generated, rowSize, self.context, least: least)
  }
}

@c @implementation public func gen_evaluate_frechet(
  _ real: UnsafePointer<Float>?, _ n_real: Int64, _ generated: UnsafePointer<Float>?,
  _ n_generated: Int64, _ row_size: Int64, _ context: OpaquePointer?, _ run: UnsafePointer<gen_run>?,
  _ distance_out: UnsafeMutablePointer<Double>?
) -> gen_status {
  boundary(run) { () throws(GenerativeError) in
    let sets = try Sets(real, n_real, generated, n_generated, row_size, context, least: 2)
    guard let distance_out else { throw .null("distance_out") }
    distance_out.pointee = try FrechetDistance.between(
      Matrix(reading: sets.real, rows: sets.realCount, columns: sets.rowSize),
      Matrix(reading: sets.generated, rows: sets.generatedCount, columns: sets.rowSize),
      context: sets.context)
  }
}

@c @implementation public func gen_evaluate_kernel_distance(
  _ real: UnsafePointer<Float>?, _ n_real: Int64, _ generated: UnsafePointer<Float>?,
  _ n_generated: Int64, _ row_size: Int64, _ n_subsets: Int64, _ subset_size: Int64, _ seed: UInt64,
  _ context: OpaquePointer?, _ run: UnsafePointer<gen_run>?, _ mean_out: UnsafeMutablePointer<Double>?,
  _ deviation_out: UnsafeMutablePointer<Double>?
) -> gen_status {
  boundary(run) { () throws(GenerativeError) in
    let sets = try Sets(real, n_real, generated, n_generated, row_size, context, least: 2)
    let most = min(sets.realCount, sets.generatedCount)
    let subsets = try checkRange("n_subsets", chosen(n_subsets) ?? 100, 1...1_000_000)
    let size = try checkRange("subset_size", chosen(subset_size) ?? Int64(min(1000, most)), 2...most)
    guard let mean_out else { throw .null("mean_out") }
    let distance = try KernelDistance(
      sets.real, count: sets.realCount, sets.generated, count: sets.generatedCount, rowSize: sets.rowSize,
      subsets: subsets, size: size, seed: seed, context: sets.context)
    mean_out.pointee = distance.mean
    deviation_out?.pointee = distance.deviation
  }
}

@c @implementation public func gen_evaluate_precision_recall(
  _ real: UnsafePointer<Float>?, _ n_real: Int64, _ generated: UnsafePointer<Float>?,
  _ n_generated: Int64, _ row_size: Int64, _ n_neighbours: Int64, _ context: OpaquePointer?,
  _ run: UnsafePointer<gen_run>?,
  _ precision_out: UnsafeMutablePointer<Double>?, _ recall_out: UnsafeMutablePointer<Double>?,
  _ density_out: UnsafeMutablePointer<Double>?, _ coverage_out: UnsafeMutablePointer<Double>?
) -> gen_status {
  boundary(run) { () throws(GenerativeError) in
    let sets = try Sets(real, n_real, generated, n_generated, row_size, context, least: 2)
    let most = min(sets.realCount, sets.generatedCount) - 1
    let balls = try NeighbourBalls(
      real: sets.real, count: sets.realCount, generated: sets.generated, count: sets.generatedCount,
      rowSize: sets.rowSize, neighbours: try checkRange("n_neighbours", n_neighbours, 1...most),
      context: sets.context)
    precision_out?.pointee = balls.precision
    recall_out?.pointee = balls.recall
    density_out?.pointee = balls.density
    coverage_out?.pointee = balls.coverage
  }
}

@c @implementation public func gen_evaluate_two_sample(
  _ real: UnsafePointer<Float>?, _ n_real: Int64, _ generated: UnsafePointer<Float>?,
  _ n_generated: Int64, _ row_size: Int64, _ context: OpaquePointer?, _ run: UnsafePointer<gen_run>?,
  _ accuracy_out: UnsafeMutablePointer<Double>?, _ real_accuracy_out: UnsafeMutablePointer<Double>?,
  _ generated_accuracy_out: UnsafeMutablePointer<Double>?
) -> gen_status {
  boundary(run) { () throws(GenerativeError) in
    let sets = try Sets(real, n_real, generated, n_generated, row_size, context, least: 1)
    guard let accuracy_out else { throw .null("accuracy_out") }
    let test = try TwoSampleTest(
      sets.real, count: sets.realCount, sets.generated, count: sets.generatedCount, rowSize: sets.rowSize,
      context: sets.context)
    accuracy_out.pointee = test.accuracy
    real_accuracy_out?.pointee = test.first
    generated_accuracy_out?.pointee = test.second
  }
}

@c @implementation public func gen_evaluate_memorization(
  _ training: OpaquePointer?, _ generated: UnsafePointer<Float>?, _ n_generated: Int64,
  _ held_out: UnsafePointer<Float>?, _ n_held_out: Int64, _ run: UnsafePointer<gen_run>?,
  _ ratio_out: UnsafeMutablePointer<Double>?,
  _ generated_distance_out: UnsafeMutablePointer<Double>?,
  _ held_out_distance_out: UnsafeMutablePointer<Double>?
) -> gen_status {
  boundary(run) { () throws(GenerativeError) in
    try withDataset(training, "training") { (training) throws(GenerativeError) in
      let (width, context) = (training.shape.count, training.context)
      let generated = try checkRows("generated", generated, "n_generated", n_generated, width, context)
      let heldOut = try checkRows("held_out", held_out, "n_held_out", n_held_out, width, context)
      guard let ratio_out else { throw .null("ratio_out") }
      let found = try Memorization(
        generated: generated.rows, count: generated.count, heldOut: heldOut.rows, count: heldOut.count,
        training: training)
      ratio_out.pointee = found.ratio
      generated_distance_out?.pointee = found.generated
      held_out_distance_out?.pointee = found.heldOut
    }
  }
}
