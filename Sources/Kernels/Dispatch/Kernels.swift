import CShims
import Glibc
@_exported import KernelTemplate
import KernelsBaseline

#if arch(x86_64)
  import KernelsAVX2
  import KernelsAVX512
#endif

/// The instruction sets of this CPU.
package enum Kernels {
  /// Every table that this CPU can run, the best one last.
  package static let allTables: [KernelTable] = {
    var tables = [KernelsBaseline.table]
    #if arch(x86_64)
      if shim_cpu_has_avx2() != 0 { tables.append(KernelsAVX2.table) }
      if shim_cpu_has_avx512() != 0 { tables.append(KernelsAVX512.table) }
    #endif
    return tables
  }()

  /// The table in use: the one that `GEN_KERNELS` names, or else, also when it names one that this CPU
  /// cannot run, the best.
  package static let table: KernelTable = {
    allTables.first { $0.name == wanted } ?? allTables.last ?? KernelsBaseline.table
  }()

  /// What `GEN_KERNELS` names.
  package static let wanted = getenv("GEN_KERNELS").map { String(cString: $0) }

  /// CPUs that this process may run on.
  package static var coreCount: Int { Int(shim_cpu_count()) }

  /// Memory that needs no allocation, for the one scratch that must exist: 5 MiB, aligned to 64 bytes.
  package static var reserve: UnsafeMutableRawBufferPointer {
    UnsafeMutableRawBufferPointer(start: shim_reserve(), count: SHIM_RESERVE_BYTE_COUNT)
  }
}
