import Tensors

/// The ranks that work on something together: processes on any number of machines, or threads of one process.
///
/// The host supplies the collective functions. They are called on the thread of the call to which they were
/// given, in the same order on every rank. After one has failed, none is called again: further operations
/// fail immediately with the same error.
///
/// Must not be used by two threads at a time, but may move from one to another.
package final class Ranks: @unchecked Sendable {
  /// The type of the numbers that are summed.
  package enum Number: Sendable { case float, double, integer }

  /// The host's functions. Each returns 0 on success.
  package struct Functions {
    /// values[i] ← Σ over the ranks of values[i], with the same bits on every rank.
    package var allReduce: (_ values: UnsafeMutableRawPointer, _ count: Int, _ number: Number) -> Int32
    /// bytes ← the bytes of rank `root`.
    package var broadcast: (_ bytes: UnsafeMutableRawPointer, _ count: Int, _ root: Int) -> Int32
    /// all ← the ranks' bytes, one rank after another.
    package var allGather: (_ bytes: UnsafeRawPointer, _ count: Int, _ all: UnsafeMutableRawPointer) -> Int32
    /// Returns when every rank has called it.
    package var barrier: () -> Int32

    package init(
      allReduce: @escaping (UnsafeMutableRawPointer, Int, Number) -> Int32,
      broadcast: @escaping (UnsafeMutableRawPointer, Int, Int) -> Int32,
      allGather: @escaping (UnsafeRawPointer, Int, UnsafeMutableRawPointer) -> Int32,
      barrier: @escaping () -> Int32
    ) {
      self.allReduce = allReduce
      self.broadcast = broadcast
      self.allGather = allGather
      self.barrier = barrier
    }
  }

  /// This rank's number, starting at 0.
  package let rank: Int
  package let count: Int
  /// Why the ranks can no longer communicate.
  package private(set) var failure: GenerativeError?
  private let functions: Functions

  package init(rank: Int, of count: Int, _ functions: Functions) {
    self.rank = rank
    self.count = count
    self.functions = functions
  }

  /// values ← their sum over the ranks.
  ///
  /// - Throws: `.comm`, on all ranks; the values are then undefined.
  package func sum(_ values: UnsafeMutablePointer<Float>, count: Int) throws(GenerativeError) {
    try call("all_reduce") { functions.allReduce(values, count, .float) }
  }

  package func sum(_ values: UnsafeMutablePointer<Double>, count: Int) throws(GenerativeError) {
    try call("all_reduce") { functions.allReduce(values, count, .double) }
  }

  package func sum(_ values: UnsafeMutablePointer<Int64>, count: Int) throws(GenerativeError) {
    try call("all_reduce") { functions.allReduce(values, count, .integer) }
  }

  /// The sum of a value over the ranks.
  package func sum(of value: Int) throws(GenerativeError) -> Int {
    var sum = Int64(value)
    try self.sum(&sum, count: 1)
    return Int(sum)
  }

  /// bytes ← the bytes of rank `root`.
  package func broadcast(
    _ bytes: UnsafeMutableRawBufferPointer, from root: Int = 0
  ) throws(GenerativeError) {
    guard let base = bytes.baseAddress, bytes.count > 0 else { return }
    try call("broadcast") { functions.broadcast(base, bytes.count, root) }
  }

  /// values ← the values of rank 0. All ranks must have equally many.
  package func broadcast<Value: BitwiseCopyable>(_ values: inout [Value]) throws(GenerativeError) {
    // The closure would lose the type of the error.
    var failure: GenerativeError?
    values.withUnsafeMutableBytes { bytes in
      do throws(GenerativeError) { try broadcast(bytes) } catch { failure = error }
    }
    if let failure { throw failure }
  }

  /// The bytes of all ranks, one rank after another. All ranks must have equally many.
  package func gather(_ bytes: [UInt8]) throws(GenerativeError) -> [UInt8] {
    guard let size = checkedProduct(bytes.count, count) else {
      throw GenerativeError(.memory, "\(bytes.count) bytes of each of \(count) ranks do not fit in memory")
    }
    var all = [UInt8](repeating: 0, count: size)
    guard size > 0 else { return all }
    try call("all_gather") {
      bytes.withUnsafeBytes { own in
        all.withUnsafeMutableBytes { all in
          guard let own = own.baseAddress, let all = all.baseAddress else { return 0 }
          return functions.allGather(own, bytes.count, all)
        }
      }
    }
    return all
  }

  /// The values of the ranks, in rank order.
  package func gather(_ value: Int) throws(GenerativeError) -> [Int] {
    let all = try gather(withUnsafeBytes(of: value) { Array($0) })
    return all.withUnsafeBytes { bytes in
      (0..<count).map { bytes.loadUnaligned(fromByteOffset: $0 * MemoryLayout<Int>.size, as: Int.self) }
    }
  }

  /// Returns when every rank has called it.
  package func meet() throws(GenerativeError) {
    try call("barrier") { functions.barrier() }
  }

  private func call(_ name: String, _ function: () -> Int32) throws(GenerativeError) {
    if let failure { throw failure }
    let status = function()
    guard status != 0 else { return }
    let failure = GenerativeError(.comm, "\(name) failed on rank \(rank) of \(count) with status \(status)")
    self.failure = failure
    throw failure
  }
}
