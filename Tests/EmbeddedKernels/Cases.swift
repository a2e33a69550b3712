import Glibc
import Kernels

/// The cases of one table: counts them and prints those that are wrong.
final class Cases {
  let table: KernelTable
  private(set) var count = 0
  private(set) var wrongCount = 0
  /// The largest error relative to its limit, of the cases with a limit above 0.
  private(set) var largestShare = 0.0

  /// None, one, around a vector of 4, 8 and 16 lanes, and odd.
  let counts = [0, 1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 101]

  init(_ table: KernelTable) { self.table = table }

  /// Counts one case, which is wrong if `error` is NaN or above `limit`, or if memory around an output changed.
  func check(_ name: String, _ error: Double, within limit: Double, intact: Bool = true) {
    count += 1
    if limit > 0, error <= limit { largestShare = max(largestShare, error / limit) }
    if error <= limit, intact { return }
    wrongCount += 1
    print("\(table.name) \(name): error \(error), limit \(limit)\(intact ? "" : ", wrote out of bounds")")
  }

  /// Counts one case that is right or wrong.
  func check(_ name: String, _ isRight: Bool) { check(name, isRight ? 0 : 1, within: 0) }
}

/// Elements that begin one past their alignment, between guards that no kernel may change.
final class Block<Element: BitwiseCopyable> {
  let base: UnsafeMutablePointer<Element>
  let count: Int
  private let memory: UnsafeMutableRawPointer
  private let byteCount: Int

  private static var guardCount: Int { 64 }
  private static var guardByte: UInt8 { 0xA5 }

  init(_ count: Int, _ element: (Int) -> Element) {
    let lead = Self.guardCount + MemoryLayout<Element>.stride
    byteCount = count * MemoryLayout<Element>.stride
    guard let memory = aligned_alloc(64, (lead + byteCount + 2 * Self.guardCount) / 64 * 64) else { exit(2) }
    memset(memory, Int32(Self.guardByte), lead + byteCount + Self.guardCount)
    self.memory = memory
    self.count = count
    base = (memory + lead).bindMemory(to: Element.self, capacity: count)
    for i in 0..<count { base[i] = element(i) }
  }

  deinit { free(memory) }

  /// Whether the guards are as they were.
  var isIntact: Bool {
    let bytes = memory.assumingMemoryBound(to: UInt8.self)
    let lead = Self.guardCount + MemoryLayout<Element>.stride
    for i in 0..<lead where bytes[i] != Self.guardByte { return false }
    for i in 0..<Self.guardCount where bytes[lead + byteCount + i] != Self.guardByte { return false }
    return true
  }

  subscript(index: Int) -> Element {
    get { base[index] }
    set { base[index] = newValue }
  }
}

/// Whether two blocks hold the same numbers.
func equal(_ x: Block<Float>, _ y: Block<Float>) -> Bool {
  for i in 0..<x.count where x[i] != y[i] { return false }
  return x.count == y.count
}

/// A whole number that looks random: splitmix64 (Steele, Lea & Flood, OOPSLA 2014).
func hash(_ index: Int, seed: Int) -> UInt64 {
  var z = UInt64(truncatingIfNeeded: index &+ seed &* 1_000_003 &+ 1) &* 0x9E37_79B9_7F4A_7C15
  z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
  z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
  return z ^ z >> 31
}

/// `count` floats in [low, high), the same on every machine.
func noise(_ count: Int, seed: Int, _ low: Float = -1, _ high: Float = 1) -> Block<Float> {
  Block(count) { low + (high - low) * (Float(hash($0, seed: seed) >> 40) * 0x1p-24) }
}

/// `count` doubles in [-1, 1).
func wideNoise(_ count: Int, seed: Int) -> Block<Double> {
  Block(count) { 2 * (Double(hash($0, seed: seed) >> 11) * 0x1p-53) - 1 }
}

/// The distance between `value` and `reference` in units of the last place of a Float near `reference`; 0 for
/// two NaNs or two equal infinities, infinite for one.
func ulps(_ value: Float, _ reference: Double) -> Double {
  if value.isNaN || reference.isNaN { return value.isNaN && reference.isNaN ? 0 : .infinity }
  let rounded = Float(reference)
  if value == rounded { return 0 }
  guard value.isFinite, rounded.isFinite else { return .infinity }
  let unit = max(Double(rounded.ulp), Double(Float.leastNonzeroMagnitude))
  return abs(Double(value) - reference) / unit
}

/// The larger of two errors; NaN if either is.
func worse(_ x: Double, _ y: Double) -> Double { x > y || x.isNaN ? x : y }
