import Datasets
import Glibc
import Tensors

/// libFuzzer's entry: any bytes are a picture, an IDX file or an error, within the memory allowed.
@c(LLVMFuzzerTestOneInput)
func fuzzDatasets(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let memory = Memory(limit: 1 << 26)
  do {
    if count > 0, let first = bytes?.pointee, first == 0x89 || first == 0xFF {
      let picture = try Image(
        decoding: UnsafeBufferPointer(start: bytes, count: count), channels: 1 + 2 * (count % 2), in: memory)
      _ = try picture.resized(height: 7, width: 5, in: memory)
    } else {
      _ = try IDXFile(path: writeToFile(bytes, count), in: memory)
    }
  } catch {
    guard !error.message.isEmpty else { fatalError("an error without a message") }
  }
  guard memory.usedByteCount == 0 else { fatalError("memory was kept") }
  return 0
}

private let file = tmpfile().map { fileno($0) } ?? -1

private func writeToFile(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> String {
  guard ftruncate(file, 0) == 0, pwrite(file, bytes, count, 0) == count else {
    fatalError("no temporary file")
  }
  return "/proc/self/fd/\(file)"
}
