/// How a network's matrix products and convolutions take their operands. Sums, and everything else, are
/// floats in either case.
package enum Precision: Sendable {
  case float32
  /// Operands are rounded to bfloat16 numbers, which have 8 significant bits and the range of floats.
  case bfloat16
}
