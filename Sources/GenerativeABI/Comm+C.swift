import CGenerative
import Ranks
import Tensors

@c @implementation public func gen_comm_init(
  _ comm: UnsafeMutablePointer<gen_comm>?, _ struct_size: UInt32
) -> gen_status {
  boundary { () throws(GenerativeError) in
    var c = gen_comm()
    c.size = 1
    try c.write(to: comm, size: struct_size, "comm")
  }
}

/// The ranks described by a host's table; nil for NULL and for a single rank.
func readRanks(
  _ pointer: UnsafePointer<gen_comm>?, _ name: String = "comm"
) throws(GenerativeError) -> Ranks? {
  guard pointer != nil else { return nil }
  let c = try gen_comm(reading: pointer, name)
  let count = try checkRange("\(name)->size", c.size, 1...1 << 20)
  let rank = try checkRange("\(name)->rank", c.rank, 0...count - 1)
  guard count > 1 else { return nil }
  guard let allReduce = c.all_reduce else { throw .null("\(name)->all_reduce") }
  guard let broadcast = c.broadcast else { throw .null("\(name)->broadcast") }
  guard let allGather = c.all_gather else { throw .null("\(name)->all_gather") }
  guard let barrier = c.barrier else { throw .null("\(name)->barrier") }
  let user = c.user_data
  return Ranks(
    rank: rank, of: count,
    Ranks.Functions(
      allReduce: { values, count, number in
        let type =
          switch number {
          case .float: GEN_F32
          case .double: GEN_F64
          case .integer: GEN_I64
          }
        return callHost { allReduce(values, Int64(count), Int32(type), user) }
      },
      broadcast: { bytes, count, root in callHost { broadcast(bytes, Int64(count), Int32(root), user) } },
      allGather: { bytes, count, all in callHost { allGather(bytes, Int64(count), all, user) } },
      barrier: { callHost { barrier(user) } }))
}

/// A function that creates, for each call, the ranks described by a copy of the host's table; nil for NULL
/// and for a single rank.
func rankMaker(
  _ pointer: UnsafePointer<gen_comm>?, _ name: String = "comm"
) throws(GenerativeError) -> (@Sendable () throws(GenerativeError) -> Ranks?)? {
  guard let pointer, try readRanks(pointer, name) != nil else { return nil }
  // The host is responsible for the arguments and threads that its functions accept.
  nonisolated(unsafe) var copy = try gen_comm(reading: pointer, name)
  copy.struct_size = UInt32(MemoryLayout<gen_comm>.stride)
  nonisolated(unsafe) let table = copy
  return { () throws(GenerativeError) -> Ranks? in
    var table = table
    return try withUnsafePointer(to: &table) { table throws(GenerativeError) in try readRanks(table, name) }
  }
}
