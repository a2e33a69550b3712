import CGenerative
import Statistics
import Tensors

// Rows of the two types that cross the C interface, GEN_F32 and GEN_F64, as inputs and outputs.

/// An array of `n` × `width` numbers of a type. It may be NULL only if there are none.
func checkRows(
  _ name: String, _ pointer: UnsafeMutableRawPointer?, _ dtype: Int32, _ n: Int, _ width: Int
) throws(GenerativeError) -> RowBatch {
  switch dtype {
  case Int32(GEN_F32):
    let base = try checkOutput(name, pointer?.assumingMemoryBound(to: Float.self), n, width)
    return .floats(Matrix(base, rows: n, columns: width))
  case Int32(GEN_F64):
    let base = try checkOutput(name, pointer?.assumingMemoryBound(to: Double.self), n, width)
    return .doubles(DoubleMatrix(base, rows: n, columns: width))
  default:
    throw GenerativeError(
      .argument, "dtype must be \(GEN_F32) (GEN_F32) or \(GEN_F64) (GEN_F64), not \(dtype)")
  }
}

/// `checkRows` for rows that are only read.
func checkRows(
  _ name: String, _ pointer: UnsafeRawPointer?, _ dtype: Int32, _ n: Int, _ width: Int
) throws(GenerativeError) -> RowBatch {
  try checkRows(name, UnsafeMutableRawPointer(mutating: pointer), dtype, n, width)
}

/// Rows that must all be finite.
func checkRows(
  _ name: String, _ pointer: UnsafeRawPointer?, _ dtype: Int32, _ n: Int, _ width: Int, _ context: Context
) throws(GenerativeError) -> RowBatch {
  let rows = try checkRows(name, pointer, dtype, n, width)
  try checkFinite(name, rows, context)
  return rows
}

/// An optional output, which may be NULL.
func checkOptionalRows(
  _ name: String, _ pointer: UnsafeMutableRawPointer?, _ dtype: Int32, _ n: Int, _ width: Int
) throws(GenerativeError) -> RowBatch? {
  let rows = try checkRows(
    name, pointer ?? UnsafeMutableRawPointer(bitPattern: Memory.alignment), dtype, n, width)
  return pointer == nil ? nil : rows
}

/// Checks that packed rows are all finite. The error names the row.
func checkFinite(_ name: String, _ rows: RowBatch, _ context: Context) throws(GenerativeError) {
  guard let found = rows.firstNonfinite(in: context) else { return }
  throw GenerativeError(
    .nonfinite,
    "\(name) has \(found.value) in row \(found.row), element \(found.column); it must hold no NaN and no inf")
}

/// `checkFinite` for packed floats.
func checkFinite(
  _ name: String, _ values: UnsafePointer<Float>, _ n: Int, _ width: Int, _ context: Context
) throws(GenerativeError) {
  try checkFinite(name, .floats(Matrix(reading: values, rows: n, columns: width)), context)
}
