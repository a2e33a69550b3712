import CShims
import Tensors

extension Memory {
  /// This account in the form that C codecs take. Valid as long as the account exists.
  var allocator: shim_allocator {
    shim_allocator(
      allocate: { byteCount, owner in
        guard let owner else { return nil }
        return try? Unmanaged<Memory>.fromOpaque(owner).takeUnretainedValue().allocate(
          byteCount: Int(byteCount))
      },
      release: { memory, byteCount, owner in
        guard let memory, let owner else { return }
        Unmanaged<Memory>.fromOpaque(owner).takeUnretainedValue().release(memory, byteCount: Int(byteCount))
      },
      owner: Unmanaged.passUnretained(self).toOpaque())
  }
}
