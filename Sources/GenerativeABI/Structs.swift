import CGenerative
import Tensors

/// A struct of the header: its first member is `uint32_t struct_size`.
protocol VersionedStruct {
  init()
  var struct_size: UInt32 { get set }
}

extension gen_context_options: VersionedStruct {}
extension gen_memory_options: VersionedStruct {}
extension gen_folder_options: VersionedStruct {}
extension gen_stream_options: VersionedStruct {}
extension gen_faces_options: VersionedStruct {}
extension gen_load_image_options: VersionedStruct {}
extension gen_grid_options: VersionedStruct {}
extension gen_save_image_options: VersionedStruct {}
extension gen_pca_options: VersionedStruct {}
extension gen_fit_options: VersionedStruct {}
extension gen_comm: VersionedStruct {}
extension gen_autoencoder_options: VersionedStruct {}
extension gen_vae_options: VersionedStruct {}
extension gen_gan_options: VersionedStruct {}
extension gen_direction_options: VersionedStruct {}
extension gen_invert_options: VersionedStruct {}
extension gen_event: VersionedStruct {}
extension gen_dataset_info_t: VersionedStruct {}
extension gen_pca_info_t: VersionedStruct {}
extension gen_direction_info_t: VersionedStruct {}
extension gen_classifier_options: VersionedStruct {}
extension gen_linear_options: VersionedStruct {}
extension gen_linear_info_t: VersionedStruct {}
extension gen_moments_options: VersionedStruct {}
extension gen_moments_info_t: VersionedStruct {}
extension gen_mixture_options: VersionedStruct {}
extension gen_mixture_info_t: VersionedStruct {}
extension gen_reservoir_options: VersionedStruct {}
extension gen_reservoir_info_t: VersionedStruct {}
extension gen_reconstruction_t: VersionedStruct {}
extension gen_plan: VersionedStruct {}
extension gen_model_info_t: VersionedStruct {}
extension gen_tensor: VersionedStruct {}

extension VersionedStruct {
  /// The caller's struct, of any version: members it does not know are zero, members this library
  /// does not know must be. NULL is all zeros, which is all defaults.
  init(reading pointer: UnsafePointer<Self>?, _ name: String = "options") throws(GenerativeError) {
    self.init()
    guard let pointer else { return }
    let size = try Self.callerSize(pointer, name)
    let known = min(size, MemoryLayout<Self>.stride)
    withUnsafeMutableBytes(of: &self) { bytes in
      bytes.copyMemory(from: UnsafeRawBufferPointer(start: pointer, count: known))
    }
    let tail = UnsafeRawBufferPointer(start: UnsafeRawPointer(pointer) + known, count: size - known)
    guard tail.allSatisfy({ $0 == 0 }) else {
      throw GenerativeError(
        .version, "\(name) sets members that this library (\(GEN_VERSION_STRING)) does not know")
    }
  }

  /// Fills the caller's struct, of any version, keeping its `struct_size`.
  func write(to pointer: UnsafeMutablePointer<Self>?, _ name: String) throws(GenerativeError) {
    guard let pointer else { throw .null(name) }
    let size = try Self.callerSize(UnsafePointer(pointer), name)
    fill(pointer, size: size)
  }

  /// Fills `size` bytes of a caller's struct that is not initialised yet.
  func write(
    to pointer: UnsafeMutablePointer<Self>?, size: UInt32, _ name: String = "options"
  ) throws(GenerativeError) {
    guard let pointer else { throw .null(name) }
    try Self.check(Int(size), "struct_size")
    fill(pointer, size: Int(size))
  }

  private func fill(_ pointer: UnsafeMutablePointer<Self>, size: Int) {
    var copy = self
    copy.struct_size = UInt32(size)
    let known = min(size, MemoryLayout<Self>.stride)
    let raw = UnsafeMutableRawPointer(pointer)
    withUnsafeBytes(of: &copy) {
      raw.copyMemory(from: $0.baseAddress ?? UnsafeRawPointer(raw), byteCount: known)
    }
    (raw + known).initializeMemory(as: UInt8.self, repeating: 0, count: size - known)
  }

  private static func callerSize(
    _ pointer: UnsafePointer<Self>, _ name: String
  ) throws(GenerativeError) -> Int {
    let size = Int(UnsafeRawPointer(pointer).loadUnaligned(as: UInt32.self))
    try check(size, "\(name)->struct_size")
    return size
  }

  private static func check(_ size: Int, _ name: String) throws(GenerativeError) {
    // No struct is as small as 8 bytes or will be as large as 4096.
    try checkRange(name, size, 8...4096)
  }
}
