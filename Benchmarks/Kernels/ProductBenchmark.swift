import Glibc
import Kernels
import Tensors

// Our matrix product beside OpenBLAS's, when that is installed: interleaved, the best of many runs
// of each. `swift run -c release product-benchmark [seconds per shape [threads]]`

private let threadCount = CommandLine.arguments.dropFirst(2).first.flatMap { Int($0) } ?? 2

private typealias Gemm =
  @convention(c) (
    Int32, Int32, Int32, Int32, Int32, Int32, Float, UnsafePointer<Float>?, Int32, UnsafePointer<Float>?,
    Int32,
    Float, UnsafeMutablePointer<Float>?, Int32
  ) -> Void

/// Wall time; with one thread the time that thread ran, which other programs disturb less.
private func now() -> Double {
  var time = timespec()
  clock_gettime(threadCount == 1 ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

func padded(_ text: String, _ width: Int) -> String {
  String(repeating: " ", count: max(0, width - text.count)) + text
}

func figure(_ value: Double, _ width: Int = 8) -> String {
  padded(value.isFinite && value > 0 ? String((value * 100).rounded() / 100) : "-", width)
}

/// The shortest run in a fifth of a second: long enough for another library's idle threads, which may
/// spin for 30 ms, to leave the core.
func fastest(_ body: () -> Void) -> Double {
  let end = now() + 0.2
  var best = Double.infinity
  repeat {
    let start = now()
    body()
    best = min(best, now() - start)
  } while now() < end
  return best
}

@main struct ProductBenchmark {
  static func main() throws {
    let seconds = CommandLine.arguments.dropFirst().first.flatMap { Double($0) } ?? 3
    let blas = ["libopenblas.so.0", "libopenblas.so"].compactMap { (name: String) in dlopen(name, RTLD_NOW) }
      .first
    let gemm = blas.flatMap { dlsym($0, "cblas_sgemm") }.map { unsafeBitCast($0, to: Gemm.self) }
    if let set = blas.flatMap({ dlsym($0, "openblas_set_num_threads") }) {
      unsafeBitCast(set, to: (@convention(c) (Int32) -> Void).self)(Int32(threadCount))
    }
    let context = try Context(threadCount: threadCount)
    print("kernels \(context.kernels.name), OpenBLAS \(gemm == nil ? "absent" : "present")")
    print("      m      n      k   GFLOP/s  OpenBLAS     ratio   packed B")
    let shapes = [
      (512, 512, 512), (1024, 1024, 1024), (1536, 1536, 1536), (128, 400, 784), (784, 400, 128),
      (128, 784, 400),
      (128, 20, 400), (1, 400, 784), (64, 8192, 100),
    ]
    for (m, n, k) in shapes {
      let a = try Buffer<Float>(count: m * k)
      let b = try Buffer<Float>(count: k * n)
      let c = try Buffer<Float>(count: m * n)
      let random = Random(seed: 1, purpose: .test)
      context.fillUniform(a.base, count: a.count, from: random, low: -1)
      context.fillUniform(b.base, count: b.count, from: random, offset: a.count, low: -1)
      let aMatrix = Matrix(a.base, rows: m, columns: k)
      let bMatrix = Matrix(b.base, rows: k, columns: n)
      let cMatrix = Matrix(c.base, rows: m, columns: n)
      let packed = try PackedMatrix(bMatrix, in: context)
      var best = (ours: Double.infinity, theirs: Double.infinity, packed: Double.infinity)
      let end = now() + seconds
      repeat {
        best.ours = min(best.ours, fastest { context.multiply(aMatrix, bMatrix, into: cMatrix) })
        best.packed = min(best.packed, fastest { context.multiply(aMatrix, packed: packed, into: cMatrix) })
        guard let gemm else { continue }
        let (m, n, k) = (Int32(m), Int32(n), Int32(k))
        best.theirs = min(
          best.theirs,
          fastest { gemm(101, 111, 111, m, n, k, 1, a.base, k, b.base, n, 0, c.base, n) })
      } while now() < end
      let work = 2e-9 * Double(m) * Double(n) * Double(k)
      print(
        padded("\(m)", 7) + padded("\(n)", 7) + padded("\(k)", 7), figure(work / best.ours),
        figure(work / best.theirs, 9), figure(best.theirs / best.ours, 9), figure(work / best.packed, 9))
    }
    try benchmarkStreams(context)
  }
}
