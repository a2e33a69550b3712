import CGenerative
import Glibc

/// This process as one rank of an MPI job that `mpirun` started.
///
/// Neither the library nor this tool links MPI. The adapter libgenerative_mpi.so (`make mpi`) is loaded on
/// demand.
final class MPIJob {
  private typealias Start = @convention(c) (Double, UnsafeMutablePointer<gen_comm>) -> Int32
  private typealias Stop = @convention(c) (UnsafeMutablePointer<gen_comm>, Int32) -> Void

  let comm: UnsafeMutablePointer<gen_comm>
  private let stop: Stop
  /// Whether all ranks ended with the same status. Each may then leave without aborting the job.
  var isAgreed = false

  var rank: Int { Int(comm.pointee.rank) }
  var size: Int { Int(comm.pointee.size) }
  /// Whether this rank writes files and messages.
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
    guard error == 0 else { throw Failure(description: "cannot start MPI: error \(error)") }
  }

  /// Leaves the job. If the ranks ended with different statuses, aborts the whole job.
  func leave() { stop(comm, isAgreed ? 0 : 1) }

  /// The adapter in this program's folder, in ../lib, or on the system's search path.
  private static func library() throws -> UnsafeMutableRawPointer {
    let name = "libgenerative_mpi.so"
    var path = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
    let length = max(readlink("/proc/self/exe", &path, Int(PATH_MAX)), 0)
    let program = String(decoding: path.prefix(length).map(UInt8.init(bitPattern:)), as: UTF8.self)
    let folder = program.lastIndex(of: "/").map { String(program[..<$0]) } ?? "."
    for place in ["\(folder)/\(name)", "\(folder)/../lib/\(name)", name] {
      // MPI's own plug-ins look up its symbols in the global scope.
      if let library = dlopen(place, RTLD_NOW | RTLD_GLOBAL) { return library }
    }
    throw Failure(
      description:
        "--mpi needs \(name), which `make mpi` builds: \(dlerror().map { String(cString: $0) } ?? "")")
  }
}
