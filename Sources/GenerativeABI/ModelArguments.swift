import CGenerative
import Datasets
import Models
import Networks
import Tensors
import Training

// Arguments that the functions of several models share.

/// A positive number.
func checkPositive(
  _ name: String, _ value: Double, atMost limit: Double = 1e30
) throws(GenerativeError) -> Double {
  try checkRange(name, value, 1e-30...limit)
}

/// The row count of a model's input and output, limited so that every index fits in an Int32.
func checkRowCount(_ value: Int64, least: Int = 0) throws(GenerativeError) -> Int {
  try checkRange("n_rows", value, least...Int(Int32.max))
}

/// Input rows of a model, checked to be present and finite.
func checkModelInput(
  _ name: String, _ rows: UnsafePointer<Float>?, _ count: Int, _ width: Int, _ context: Context
) throws(GenerativeError) -> UnsafePointer<Float> {
  let rows = try checkInput(name, rows, count, width)
  try checkFinite(name, rows, count, width, context)
  return rows
}

/// Rows that a model scores, checked to be present, finite, and in the range of its training rows.
func checkScoredRows(
  _ rows: UnsafePointer<Float>?, _ count: Int, _ model: any NetworkModel
) throws(GenerativeError) -> UnsafePointer<Float> {
  let width = model.rowShape.count
  let rows = try checkModelInput("rows", rows, count, width, model.context)
  if model.requiresUnitRange {
    try checkUnitRange(UnsafeBufferPointer(start: rows, count: count * width), in: model.context) {
      "rows: row \($0 / width), column \($0 % width)"
    }
  }
  return rows
}

extension Plan {
  func write(to plan: UnsafeMutablePointer<gen_plan>?) throws(GenerativeError) {
    var c = gen_plan()
    c.n_parameters = Int64(parameterCount)
    c.peak_bytes = Int64(peakByteCount)
    c.flops_per_row = Int64(flopsPerRow)
    try c.write(to: plan, "plan_out")
  }
}

/// Labels of `count` rows, each below `classCount`.
func checkLabels(
  _ labels: UnsafePointer<Int32>?, _ count: Int, classCount: Int
) throws(GenerativeError) -> UnsafePointer<Int32> {
  guard classCount > 0 else {
    throw GenerativeError(.state, "labels were given to a model that was made without n_classes")
  }
  let labels = try checkInput("labels", labels, count, 1)
  try Labels.check(labels, rows: count, "labels", classCount: classCount)
  return labels
}

func checkBatchSize(_ value: Int64) throws(GenerativeError) -> Int {
  try checkRange("batch_size", value, 1...65_536)
}
