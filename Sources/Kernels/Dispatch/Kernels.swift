import CShims
import Glibc
@_exported import KernelTemplate
import KernelsBaseline

#if arch(x86_64)
  import KernelsAVX2
  import KernelsAVX512
  import KernelsAVX512BF16
#endif

/// The kernel tables that this CPU can run.
package enum Kernels {
  /// Every table that this CPU can run, best last.
  package static let allTables: [KernelTable] = {
    var tables = [KernelsBaseline.table]
    #if arch(x86_64)
      if shim_cpu_has_avx2() != 0 { tables.append(KernelsAVX2.table) }
      if shim_cpu_has_avx512() != 0 { tables.append(KernelsAVX512.table) }
      if shim_cpu_has_avx512bf16() != 0 {
        tables.append(
          KernelsAVX512.table.with(
            KernelsAVX512BF16.roundedProduct, KernelsAVX512BF16.roundedWinograd, name: "avx512bf16"))
      }
    #endif
    return tables
  }()

  /// The table in use: the one that `GEN_KERNELS` names. If that is unset, or names a table that this CPU
  /// cannot run, the best one.
  package static let table: KernelTable = {
    allTables.first { $0.name == wanted } ?? allTables.last ?? KernelsBaseline.table
  }()

  /// The value of the environment variable `GEN_KERNELS`.
  package static let wanted = getenv("GEN_KERNELS").map { String(cString: $0) }

  /// The number of CPUs that this process may run on.
  package static var coreCount: Int { Int(shim_cpu_count()) }

  /// 5 MiB of static memory, aligned to 64 bytes, for the one scratch buffer that must never fail to exist.
  package static var reserve: UnsafeMutableRawBufferPointer {
    UnsafeMutableRawBufferPointer(start: shim_reserve(), count: SHIM_RESERVE_BYTE_COUNT)
  }
}
