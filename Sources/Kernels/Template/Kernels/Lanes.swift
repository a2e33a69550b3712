// The kernels are written once, over the vector types that each instruction set's Vectors.swift defines, and
// compiled once per instruction set. They use only pointers, counts and vectors. A specialization of a
// collection or a generic function would emit a weak symbol containing this instruction set's code, which the
// linker could share with the rest of the program.

import CShims

typealias Input = UnsafePointer<Float>
typealias Output = UnsafeMutablePointer<Float>

/// The number of lanes in a vector of floats.
@inline(__always) var laneCount: Int { Floats.scalarCount }

/// Loads the vector at `pointer`, which need not be aligned.
@inline(__always) func load(_ pointer: Input) -> Floats {
  UnsafeRawPointer(pointer).loadUnaligned(as: Floats.self)
}

/// Loads the vector at `pointer`, which need not be aligned.
@inline(__always) func load(_ pointer: Output) -> Floats { load(Input(pointer)) }

/// Stores `value` at `pointer`, which need not be aligned.
@inline(__always) func store(_ value: Floats, _ pointer: Output) {
  UnsafeMutableRawPointer(pointer).storeBytes(of: value, as: Floats.self)
}

/// A vector with `value` in all lanes.
@inline(__always) func all(_ value: Float) -> Floats { Floats(repeating: value) }

/// Prefetches the cache line at `pointer`, which need not be readable.
@inline(__always) func prefetch(_ pointer: Input) { shim_prefetch(pointer) }
