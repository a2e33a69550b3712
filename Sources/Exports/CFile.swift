import Networks
import Tensors

/// Programs as functions in one C99 file, which needs only `<math.h>`.
///
/// A function computes one row. It stores intermediate values in the caller's `scratch`, where values replace those
/// that are no longer needed.
package struct CFile {
  /// The format of the weights.
  package enum Weights: Int, CaseIterable, Sendable {
    case floats
    /// Integers from −127 to 127, with a scale for each row of the matrix, or each filter.
    case bytes

    var type: String { self == .floats ? "float" : "int8_t" }
  }

  /// The distribution of a model's latents.
  package enum Latents: Sendable { case normal, uniform }

  let name: String
  let weights: Weights
  private let memory: Memory
  private var declarations: ByteWriter
  private var data: ByteWriter
  private(set) var body: ByteWriter
  private var arrays: [(numbers: Numbers, rows: Int?, name: String)] = []
  private(set) var helpers: [CHelper] = []
  private var scratchCount = 1

  /// - Parameter name: the prefix of the functions' names.
  package init(name: String, _ weights: Weights, in memory: Memory) throws(GenerativeError) {
    self.name = name
    self.weights = weights
    self.memory = memory
    declarations = try ByteWriter(in: memory)
    data = try ByteWriter(in: memory)
    body = try ByteWriter(in: memory)
  }

  // MARK: - Functions

  /// Adds a program as the function `verb`.
  ///
  /// - Throws: `.nonfinite`, `.limit`, `.memory`.
  package mutating func add(_ program: Program, as verb: String) throws(GenerativeError) {
    try program.checkFinite()
    let result = program.outputs.count == 1 && program.shape(program.outputs[0].value).count == 1
    let places = CPlaces(program, hasResult: result)
    scratchCount = max(scratchCount, places.scratchCount)
    var parameters = ["const float *\(parameterName(program.input.name))"]
    if program.classCount > 0 { parameters.append("int label") }
    if !result { parameters += program.outputs.map { "float *\(parameterName($0.name))_out" } }
    parameters.append("float *scratch")
    let signature = "\(result ? "float" : "void") \(name)_\(verb)(\(parameters.joined(separator: ", ")))"
    let sizes =
      ([(parameterName(program.input.name), program.input.shape)]
      + program.outputs.map { (result ? "result" : parameterName($0.name) + "_out", program.shape($0.value)) })
      .map { "\($0.0): \(text($0.1))" }
    try declarations.append("/* \(sizes.joined(separator: ", ")) */\n\(signature);\n")
    try line("")
    try line("\(signature) {")
    if result { try line("  float result[1];") }
    if places.scratchCount == 0 { try line("  (void)scratch;") }
    if program.classCount > 0, !program.steps.contains(where: { $0.operation.readsLabel }) {
      try line("  (void)label;")
    }
    for (index, step) in program.steps.enumerated() {
      try write(step, program, places[step.input], places[index + 1], places)
    }
    if result { try line("  return result[0];") }
    try line("}")
  }

  /// Adds `threshold`, the score above which a row is an anomaly.
  package mutating func add(threshold: Double) throws(GenerativeError) {
    try declarations.append("extern const float \(name)_threshold;\n")
    try line("\nconst float \(name)_threshold = \(literal(Float(threshold)));")
  }

  /// Adds `sample`, which draws latents for row `index` of a seed and passes them to the function `verb`.
  package mutating func addSample(
    _ latents: Latents, _ program: Program, by verb: String, purpose: UInt32
  ) throws(GenerativeError) {
    let isConditional = program.classCount > 0
    let count = program.input.shape.count
    let signature =
      "void \(name)_sample(uint64_t seed, uint32_t index, \(isConditional ? "int label, " : "")"
      + "float *row_out, float *scratch)"
    try declarations.append("/* Row index of a seed: that of the library's sample. */\n\(signature);\n")
    use(.random)
    let draw =
      latents == .normal
      ? """
          const float radius = sqrtf(-2 * logf((float)((w[i & 2] >> 8) + 1) * 0x1p-24f));
          const float angle = 6.28318531f * ((float)(w[(i & 2) + 1] >> 8) * 0x1p-24f);
          scratch[i - first] = radius * (i & 1 ? sinf(angle) : cosf(angle));
      """ : "    scratch[i - first] = (float)(w[i & 3] >> 8) * 0x1p-23f - 1;"
    try line(
      """

      \(signature) {
        const uint64_t first = (uint64_t)index * \(count);
        uint32_t w[4];
        for (uint64_t i = first; i < first + \(count); ++i) {
          random_words(seed, i >> 2, \(purpose)u << 24, w);
      \(draw)
        }
        \(name)_\(verb)(scratch, \(isConditional ? "label, " : "")row_out, scratch + \(count));
      }
      """)
    scratchCount = max(scratchCount, count + CPlaces(program, hasResult: false).scratchCount)
  }

  mutating func line(_ text: String) throws(GenerativeError) {
    try body.append(text)
    try body.append("\n")
  }

  mutating func use(_ helper: CHelper) {
    for needed in helper.needs { use(needed) }
    if !helpers.contains(helper) { helpers.append(helper) }
  }

  // MARK: - Numbers

  /// Returns the name of an array of floats, and writes it if necessary.
  mutating func array(_ numbers: Numbers) throws(GenerativeError) -> String {
    try array(numbers, rows: nil) { (file, name) throws(GenerativeError) in
      try file.writeArray("float", name, numbers.count) { (i) in literal(numbers.base[i]) }
    }
  }

  /// Returns a matrix with this number of rows as arguments of a call: `w0` or `w0, w0_scale`.
  mutating func matrix(_ numbers: Numbers, rows: Int) throws(GenerativeError) -> String {
    guard weights == .bytes else { return try array(numbers) }
    let width = numbers.count / max(rows, 1)
    let base = numbers.base
    func scale(_ row: Int) -> Float {
      var largest: Float = 0
      for i in row * width..<(row + 1) * width { largest = max(largest, abs(base[i])) }
      return largest / 127
    }
    let name = try array(numbers, rows: rows) { (file, name) throws(GenerativeError) in
      try file.writeArray("float", name + "_scale", rows) { literal(scale($0)) }
      var (row, divisor) = (-1, Float(0))
      try file.writeArray("int8_t", name, numbers.count) { i in
        if i / width != row { (row, divisor) = (i / width, scale(i / width)) }
        return "\(divisor > 0 ? Int((base[i] / divisor).rounded()) : 0)"
      }
    }
    return "\(name), \(name)_scale"
  }

  /// Returns the name of an array. An array with equal numbers is written only once.
  private mutating func array(
    _ numbers: Numbers, rows: Int?, _ write: (inout CFile, String) throws(GenerativeError) -> Void
  ) throws(GenerativeError) -> String {
    if let known = arrays.first(where: { $0.rows == rows && $0.numbers.equals(numbers) }) {
      return known.name
    }
    let name = "\(rows == nil ? "a" : "w")\(arrays.count)"
    try write(&self, name)
    arrays.append((numbers, rows, name))
    return name
  }

  private mutating func writeArray(
    _ type: String, _ name: String, _ count: Int, _ element: (Int) -> String
  ) throws(GenerativeError) {
    guard count <= Int(Int32.max) else {
      throw GenerativeError(
        .limit, "a C file may have \(Int32.max) numbers in an array at most, not \(count)")
    }
    try data.append("static const \(type) \(name)[\(count)] = {")
    for i in 0..<count {
      try data.append(i % 12 == 0 ? "\n  " : " ")
      try data.append(element(i))
      try data.append(",")
    }
    try data.append("\n};\n")
  }

  // MARK: - The file

  /// Replaces the file at `path` atomically.
  ///
  /// - Parameter title: the first line.
  package func write(_ title: String, to path: String) throws(GenerativeError) {
    var file = try ByteWriter(in: memory)
    try file.append(
      """
      /* \(title)
       *
       * Each function computes one row, in height x width x channels. Arrays must not overlap. scratch is room for
       * \(name)_SCRATCH floats. With \(name)_HEADER defined this file has the declarations only. */
      #ifndef \(name)_DECLARED
      #define \(name)_DECLARED

      #include <stdint.h>

      enum { \(name)_SCRATCH = \(scratchCount) };


      """)
    try file.append(declarations)
    try file.append("\n#endif\n\n#ifndef \(name)_HEADER\n\n#include <math.h>\n\n")
    for helper in helpers {
      try file.append(helper.text(weights))
      try file.append("\n")
    }
    try file.append(data)
    try file.append(body)
    try file.append("\n#endif\n")
    try file.write(to: path)
  }
}

/// The name of a parameter that holds a program's input or output for one row.
func parameterName(_ name: String) -> String {
  name == "rows" ? "row" : name == "reconstructions" ? "reconstruction" : name
}

private func text(_ shape: Shape) -> String {
  shape.isTable ? "\(shape.channels)" : "\(shape.height) x \(shape.width) x \(shape.channels)"
}

/// The shortest C literal for this float.
func literal(_ x: Float) -> String { "\(x)f" }

extension Numbers {
  fileprivate func equals(_ other: Numbers) -> Bool {
    guard count == other.count else { return false }
    return base == other.base || (0..<count).allSatisfy { base[$0] == other.base[$0] }
  }
}

extension Operation {
  var readsLabel: Bool {
    switch self {
    case .classOffset, .classDense: true
    default: false
    }
  }
}
