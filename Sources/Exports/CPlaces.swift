import Networks
import Tensors

/// The locations of a program's values: the input, an output or scratch.
///
/// A value that is computed element by element overwrites its operand if no later step reads the operand. Any other
/// value gets the first gap between the values that later steps read.
struct CPlaces {
  private(set) var scratchCount = 0
  /// C expressions, indexed by the number of the value.
  private var places: [String]

  subscript(value: Int) -> String { places[value] }

  /// - Parameter hasResult: whether the only output is a number, `result[0]`.
  init(_ program: Program, hasResult: Bool) {
    let steps = program.steps
    // The last step that reads or writes each value.
    var lastUses = Array(0...steps.count)
    lastUses[0] = 0
    for (index, step) in steps.enumerated() {
      lastUses[index + 1] = max(lastUses[index + 1], index + 1)
      lastUses[step.input] = index + 1
      if let other = step.operation.other { lastUses[other] = index + 1 }
    }
    // Values in the same location form a group, identified by its first value.
    var groups = [0]
    for (index, step) in steps.enumerated() {
      let value = index + 1
      let group = groups[step.input]
      let isReadNoMore = lastUses[group] <= value && group != 0
      if step.operation.isView || (step.operation.isElementwise && isReadNoMore) {
        groups.append(group)
        lastUses[group] = max(lastUses[group], lastUses[value])
      } else {
        groups.append(value)
      }
    }
    places = [String](repeating: "", count: steps.count + 1)
    places[0] = parameterName(program.input.name)
    for (name, value) in program.outputs {
      places[groups[value]] = hasResult ? "result" : "\(parameterName(name))_out"
    }
    var taken: [(first: Int, count: Int, lastUse: Int)] = []
    for (index, step) in steps.enumerated() {
      let value = index + 1
      let group = groups[value]
      if group == value, places[value].isEmpty {
        taken.removeAll { $0.lastUse < value }
        var first = 0
        let count = step.output.count
        // `taken` is sorted by location.
        for block in taken where first + count > block.first { first = max(first, block.first + block.count) }
        let position = taken.firstIndex { $0.first >= first } ?? taken.count
        taken.insert((first, count, lastUses[value]), at: position)
        scratchCount = max(scratchCount, first + count)
        places[value] = first == 0 ? "scratch" : "(scratch + \(first))"
      }
      places[value] = places[group]
    }
  }
}

extension Operation {
  /// y is the same memory as x.
  var isView: Bool { if case .reshape = self { true } else { false } }

  /// Each element of y depends only on the same element of x.
  var isElementwise: Bool {
    switch self {
    case .scale, .offset, .classOffset, .activation, .exponential, .clamp, .add, .subtract, .multiply: true
    default: false
    }
  }
}
