// The kernels are written once, over the vector types that each instruction set's Vectors.swift
// names, and compiled once per instruction set. They keep to pointers, counts and vectors: a
// collection's or a generic function's specialisation would leave a weak symbol full of this
// instruction set's code for the linker to share with the rest of the program.

import CShims

typealias Input = UnsafePointer<Float>
typealias Output = UnsafeMutablePointer<Float>

/// Lanes of a vector of floats.
@inline(__always) var laneCount: Int { Floats.scalarCount }

/// The vector at `pointer`, which need not be aligned.
@inline(__always) func load(_ pointer: Input) -> Floats {
  UnsafeRawPointer(pointer).loadUnaligned(as: Floats.self)
}

/// The vector at `pointer`, which need not be aligned.
@inline(__always) func load(_ pointer: Output) -> Floats { load(Input(pointer)) }

/// Writes `value` at `pointer`, which need not be aligned.
@inline(__always) func store(_ value: Floats, _ pointer: Output) {
  UnsafeMutableRawPointer(pointer).storeBytes(of: value, as: Floats.self)
}

/// `value` in all lanes.
@inline(__always) func all(_ value: Float) -> Floats { Floats(repeating: value) }

/// Asks for the cache line at `pointer`, which need not be readable.
@inline(__always) func prefetch(_ pointer: Input) { shim_prefetch(pointer) }
