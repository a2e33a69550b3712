import CGenerative
import Glibc

/// This process as one of those that `mpirun` started.
///
/// The library links no MPI, and neither does this tool: the adapter, libgenerative_mpi.so (`make mpi`), is
/// loaded when it is asked for.
final class MPIJob {
  private typealias Start = @convention(c) (Double, UnsafeMutablePointer<gen_comm>) -> Int32
  private typealias Stop = @convention(c) (UnsafeMutablePointer<gen_comm>, Int32) -> Void

  let comm: UnsafeMutablePointer<gen_comm>
  private let stop: Stop
  /// Whether the ranks have come to one end, so that each may leave in peace.
  var isAgreed = false

  var rank: Int { Int(comm.pointee.rank) }
  var size: Int { Int(comm.pointee.size) }
  /// Whether this is the rank that writes and tells.
  var isFirst: Bool { rank == 0 }

  init() throws {
    let library = try Self.library()
    guard let start = dlsym(library, "gen_mpi_start"), let stop = dlsym(library, "gen_mpi_stop") else {
      throw Failure(description: "libgenerative_mpi.so is not the adapter of libgenerative")
    }
    self.stop = unsafeBitCast(stop, to: Stop.self)
    comm = .allocate(capacity: 1)
    try check(gen_comm_init(comm, UInt32(MemoryLayout<gen_comm>.stride)))
    let error = unsafeBitCast(start, to: Start.self)(0, comm)
    guard error == 0 else { throw Failure(description: "MPI could not be started: error \(error)") }
  }

  /// Leaves the job; when the ranks have come to no common end, all of it ends.
  func leave() { stop(comm, isAgreed ? 0 : 1) }

  /// The adapter beside this program, in the lib beside its bin, or where the system looks.
  private static func library() throws -> UnsafeMutableRawPointer {
    let name = "libgenerative_mpi.so"
    var path = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
    let length = max(readlink("/proc/self/exe", &path, Int(PATH_MAX)), 0)
    let program = String(decoding: path.prefix(length).map(UInt8.init(bitPattern:)), as: UTF8.self)
    let folder = program.lastIndex(of: "/").map { String(program[..<$0]) } ?? "."
    for place in ["\(folder)/\(name)", "\(folder)/../lib/\(name)", name] {
      // MPI's own plug-ins look for its symbols among the global ones.
      if let library = dlopen(place, RTLD_NOW | RTLD_GLOBAL) { return library }
    }
    throw Failure(
      description:
        "--mpi needs \(name), which `make mpi` makes: \(dlerror().map { String(cString: $0) } ?? "")")
  }
}
