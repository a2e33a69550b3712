import LinearAlgebra
import Tensors

/// Ω: l directions in the space of d columns. They consist of integers from −127 to 127, so that sums of
/// products with bytes are exact.
///
/// The first pass uses random signs, a function of the seed and the same on every machine. They are as good
/// for sketches as normal numbers (Tropp, Yurtsever, Udell & Cevher, "Practical sketching algorithms for
/// low-rank matrix approximation", 2017). A second pass uses the directions that the first one found,
/// rounded.
package final class Directions: Sendable, CustomStringConvertible {
  package let columnCount: Int
  /// l
  package let count: Int
  package let seed: UInt64
  /// 1 for random directions, 2 for those that the first pass found, and so on.
  package let pass: Int
  /// d × l, packed.
  package let values: Buffer<Double>
  /// A fingerprint of the directions: equal numbers have equal fingerprints.
  package let identity: Identity

  package struct Identity: Equatable, Sendable {
    let count: Int
    let seed: UInt64
    let pass: Int
    /// An FNV-1a hash of the numbers.
    let digest: UInt64
  }

  package static let largest = 127.0

  package var description: String {
    "\(count) directions of seed \(seed)\(pass > 1 ? ", pass \(pass)" : "")"
  }

  /// Random signs.
  ///
  /// - Throws: `.argument` unless 1 ≤ count ≤ columns; `.memory`.
  package init(
    random count: Int, columns: Int, seed: UInt64, in context: Context
  ) throws(GenerativeError) {
    values = try Self.space(count, columns, in: context)
    columnCount = columns
    self.count = count
    self.seed = seed
    pass = 1
    let random = Random(seed: seed, purpose: .sketch)
    let base = values.base
    // The four words of a counter are the signs of 128 elements.
    let total = values.count
    context.parallel((total + 128 * 256 - 1) / (128 * 256)) { group in
      for counter in group * 256..<min((group + 1) * 256, (total + 127) / 128) {
        let words = random.words(UInt64(counter))
        for e in counter * 128..<min(total, counter * 128 + 128) {
          base[e] = words[(e >> 5) & 3] >> UInt32(e & 31) & 1 == 1 ? 1 : -1
        }
      }
    }
    identity = Identity(count: count, seed: seed, pass: 1, digest: 0)
  }

  /// The directions v, l × d packed, each scaled so that its largest number is 127, and rounded.
  ///
  /// - Throws: `.memory`.
  package init(
    rounding v: UnsafePointer<Double>, after first: Directions, in context: Context
  ) throws(GenerativeError) {
    let (d, l) = (first.columnCount, first.count)
    values = try Self.space(l, d, in: context)
    columnCount = d
    count = l
    seed = first.seed
    pass = first.pass + 1
    for k in 0..<l {
      let row = v + k * d
      let peak = (0..<d).reduce(0) { max($0, abs(row[$1])) }
      let scale = peak > 0 ? Self.largest / peak : 0
      for j in 0..<d { values.base[j * l + k] = (row[j] * scale).rounded() }
    }
    identity = Identity(count: l, seed: seed, pass: pass, digest: Self.digest(values))
  }

  /// Directions stored in a file.
  ///
  /// - Parameter offset: d × l numbers, each with 128 added.
  /// - Throws: `.format` for a 0, which no number of a direction is stored as; `.memory`.
  package init(
    offset bytes: Buffer<UInt8>, count: Int, columns: Int, seed: UInt64, pass: Int, in context: Context
  ) throws(GenerativeError) {
    values = try Self.space(count, columns, in: context)
    guard bytes.count == values.count else {
      throw GenerativeError(.mismatch, "the directions' numbers do not fit \(count) of \(columns) columns")
    }
    columnCount = columns
    self.count = count
    self.seed = seed
    self.pass = pass
    for i in 0..<bytes.count {
      guard bytes.base[i] > 0 else { throw GenerativeError(.format, "a direction holds a number below −127") }
      values.base[i] = Double(bytes.base[i]) - 128
    }
    identity = Identity(count: count, seed: seed, pass: pass, digest: Self.digest(values))
  }

  /// The numbers with 128 added to each.
  ///
  /// - Throws: `.memory`.
  package func offsetBytes(in context: Context) throws(GenerativeError) -> Buffer<UInt8> {
    let bytes = try Buffer<UInt8>(count: values.count, in: context.memory)
    for i in 0..<bytes.count { bytes.base[i] = UInt8(clamping: Int(values.base[i]) + 128) }
    return bytes
  }

  package var matrix: DoubleMatrix { DoubleMatrix(values.base, rows: columnCount, columns: count) }

  /// result ← Ωᵀ·v, with columns summed in order.
  package func project(
    _ v: UnsafePointer<Double>, into result: UnsafeMutablePointer<Double>, in context: Context
  ) {
    let group = 64
    context.parallel((count + group - 1) / group) { index in
      let part = index * group..<min(count, (index + 1) * group)
      for k in part { result[k] = 0 }
      for j in 0..<columnCount {
        let row = values.base + j * count
        for k in part { result[k] += v[j] * row[k] }
      }
    }
  }

  private static func space(
    _ count: Int, _ columns: Int, in context: Context
  ) throws(GenerativeError) -> Buffer<Double> {
    guard columns >= 1, count >= 1, count <= columns else {
      throw GenerativeError(.argument, "n_directions must be between 1 and \(max(columns, 1)), not \(count)")
    }
    guard let area = checkedProduct(columns, count) else {
      throw GenerativeError(.memory, "\(count) directions of \(columns) columns do not fit in memory")
    }
    return try Buffer(count: area, in: context.memory)
  }

  private static func digest(_ values: Buffer<Double>) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for i in 0..<values.count {
      hash = (hash ^ UInt64(bitPattern: Int64(values.base[i]))) &* 0x100_0000_01B3
    }
    return hash
  }
}
