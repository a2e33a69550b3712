import CGenerative
import Models
import Options
import Tensors
import Training

/// A struct of the header whose first member is `uint32_t struct_size`.
protocol VersionedStruct {
  init()
  var struct_size: UInt32 { get set }
}

/// A struct of options. A table describes its members, and its `_init` function sets `initialized`.
protocol OptionsStruct: VersionedStruct {
  static var table: OptionTable { get }
  var initialized: UInt32 { get set }
}

extension gen_comm: VersionedStruct {}
extension gen_event: VersionedStruct {}
extension gen_dataset_info_t: VersionedStruct {}
extension gen_pca_info_t: VersionedStruct {}
extension gen_direction_info_t: VersionedStruct {}
extension gen_linear_info_t: VersionedStruct {}
extension gen_moments_info_t: VersionedStruct {}
extension gen_mixture_info_t: VersionedStruct {}
extension gen_reservoir_info_t: VersionedStruct {}
extension gen_reconstruction_t: VersionedStruct {}
extension gen_plan: VersionedStruct {}
extension gen_model_info_t: VersionedStruct {}
extension gen_tensor: VersionedStruct {}
extension gen_run: OptionsStruct {
  static var table: OptionTable { .run }
}
extension gen_context_options: OptionsStruct {
  static var table: OptionTable { .context }
}
extension gen_memory_options: OptionsStruct {
  static var table: OptionTable { .memory }
}
extension gen_open_options: OptionsStruct {
  static var table: OptionTable { .open }
}
extension gen_stream_options: OptionsStruct {
  static var table: OptionTable { .stream }
}
extension gen_faces_options: OptionsStruct {
  static var table: OptionTable { .faces }
}
extension gen_load_image_options: OptionsStruct {
  static var table: OptionTable { .loadImage }
}
extension gen_resize_options: OptionsStruct {
  static var table: OptionTable { .resize }
}
extension gen_grid_options: OptionsStruct {
  static var table: OptionTable { .grid }
}
extension gen_save_image_options: OptionsStruct {
  static var table: OptionTable { .saveImage }
}
extension gen_pca_options: OptionsStruct {
  static var table: OptionTable { PCA.Options.options.table }
}
extension gen_fit_options: OptionsStruct {
  static var table: OptionTable { .fit }
}
extension gen_autoencoder_options: OptionsStruct {
  static var table: OptionTable { Autoencoder.Options.options.table }
}
extension gen_vae_options: OptionsStruct {
  static var table: OptionTable { VAE.Options.options.table }
}
extension gen_gan_options: OptionsStruct {
  static var table: OptionTable { GAN.Options.options.table }
}
extension gen_classifier_options: OptionsStruct {
  static var table: OptionTable { Classifier.Options.options.table }
}
extension gen_direction_options: OptionsStruct {
  static var table: OptionTable { .direction }
}
extension gen_invert_options: OptionsStruct {
  static var table: OptionTable { .invert }
}
extension gen_linear_options: OptionsStruct {
  static var table: OptionTable { .linear }
}
extension gen_moments_options: OptionsStruct {
  static var table: OptionTable { .moments }
}
extension gen_mixture_options: OptionsStruct {
  static var table: OptionTable { .mixture }
}
extension gen_reservoir_options: OptionsStruct {
  static var table: OptionTable { .reservoir }
}

extension VersionedStruct {
  /// Copies the caller's struct, of any version. Members that it does not have keep their values here.
  private mutating func take(_ pointer: UnsafePointer<Self>, _ name: String) throws(GenerativeError) {
    let size = try Self.callerSize(pointer, name)
    let known = min(size, MemoryLayout<Self>.stride)
    withUnsafeMutableBytes(of: &self) {
      $0.copyMemory(from: UnsafeRawBufferPointer(start: pointer, count: known))
    }
    try checkTail(pointer, known, size, name)
  }

  /// A copy of the caller's struct. NULL is all zeros.
  init(reading pointer: UnsafePointer<Self>?, _ name: String) throws(GenerativeError) {
    self.init()
    if let pointer { try take(pointer, name) }
  }

  /// Fills the caller's struct, of any version, and keeps its `struct_size`.
  func write(to pointer: UnsafeMutablePointer<Self>?, _ name: String) throws(GenerativeError) {
    guard let pointer else { throw .null(name) }
    let size = try Self.callerSize(UnsafePointer(pointer), name)
    fill(pointer, size: size)
  }

  /// Fills `size` bytes of a caller's struct that is not initialized yet.
  func write(
    to pointer: UnsafeMutablePointer<Self>?, size: UInt32, _ name: String = "options"
  ) throws(GenerativeError) {
    guard let pointer else { throw .null(name) }
    try checkStructSize(Int(size), "struct_size")
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
    try checkStructSize(size, "\(name)->struct_size")
    return size
  }
}

/// The value that `_init` writes to `initialized`. Uninitialized memory hardly ever contains it.
let optionsMark: UInt32 = 0x6765_6E32

extension OptionsStruct {
  /// The defaults.
  static var standard: Self {
    var options = Self()
    withUnsafeMutableBytes(of: &options) { table.writeStandard(to: $0) }
    return options
  }

  /// The caller's options, of any version. Members that the caller's struct does not have get their defaults.
  /// NULL means all defaults.
  ///
  /// - Throws: `.argument` for a struct that was not initialized, or a member out of range; `.version` for a
  ///   struct that sets members unknown to this library.
  init(reading pointer: UnsafePointer<Self>?, _ name: String = "options") throws(GenerativeError) {
    self = try Self.read(pointer, name).options
  }

  /// Reads the caller's options, and returns them with the values of their members by name.
  static func read(
    _ pointer: UnsafePointer<Self>?, _ name: String = "options"
  ) throws(GenerativeError) -> (options: Self, values: OptionValues) {
    let options = try Self(copying: pointer, name)
    return (options, try options.values())
  }

  /// The caller's options, before `values` has checked their members.
  init(copying pointer: UnsafePointer<Self>?, _ name: String = "options") throws(GenerativeError) {
    self.init()
    try withUnsafeMutableBytes(of: &self) { bytes throws(GenerativeError) in
      try Self.table.copy(pointer, into: bytes, name)
    }
  }

  /// The values of the members, checked against their ranges.
  func values() throws(GenerativeError) -> OptionValues {
    var copy = self
    return try withUnsafeBytes(of: &copy) { bytes throws(GenerativeError) in
      guard let base = bytes.baseAddress else { return Self.table.standard }
      return try Self.table.values(base)
    }
  }
}

// Code shared by all structs, so that the library contains only one copy of it.
extension OptionTable {
  /// Fills a struct of this version with the defaults.
  fileprivate func writeStandard(to bytes: UnsafeMutableRawBufferPointer) {
    // Padding between members is zeroed too, because a later version may have a member there.
    bytes.initializeMemory(as: UInt8.self, repeating: 0)
    if let base = bytes.baseAddress { write(standard, toBlock: base) }
  }

  /// Writes a zeroed struct and, to `lists`, the elements of its lists. A struct that a call fills has no
  /// values yet.
  func write(
    _ values: OptionValues, toBlock base: UnsafeMutableRawPointer, lists: UnsafeMutableRawPointer? = nil
  ) {
    base.storeBytes(of: UInt32(structSize), as: UInt32.self)
    if isOutput { return }
    base.storeBytes(of: optionsMark, toByteOffset: 4, as: UInt32.self)
    write(values, to: base, lists: lists)
  }

  /// The function of the header that sets a struct's defaults.
  private var initializer: String { name == "run" ? "gen_run_init" : "gen_\(name)_options_init" }

  fileprivate func copy(
    _ pointer: UnsafeRawPointer?, into bytes: UnsafeMutableRawBufferPointer, _ name: String
  ) throws(GenerativeError) {
    writeStandard(to: bytes)
    guard let pointer, let base = bytes.baseAddress else { return }
    let size = Int(pointer.loadUnaligned(as: UInt32.self))
    try checkStructSize(size, "\(name)->struct_size")
    let known = min(size, bytes.count)
    base.copyMemory(from: pointer, byteCount: known)
    try checkTail(pointer, known, size, name)
    guard base.loadUnaligned(fromByteOffset: 4, as: UInt32.self) == optionsMark else {
      throw GenerativeError(
        .argument, "\(name) was not initialised: call \(initializer) first")
    }
  }

  /// Fills `size` bytes of a caller's struct with the defaults.
  func initialize(_ pointer: UnsafeMutableRawPointer?, size: Int) throws(GenerativeError) {
    guard let pointer else { throw .null("structure") }
    try checkStructSize(size, "struct_size")
    let block = UnsafeMutableRawBufferPointer.allocate(byteCount: max(size, structSize), alignment: 8)
    defer { block.deallocate() }
    block.initializeMemory(as: UInt8.self, repeating: 0)
    writeStandard(to: UnsafeMutableRawBufferPointer(rebasing: block[..<structSize]))
    block.storeBytes(of: UInt32(size), as: UInt32.self)
    pointer.copyMemory(from: block.baseAddress ?? UnsafeMutableRawPointer(pointer), byteCount: size)
  }
}

/// No struct is smaller than 8 bytes or will be larger than 4096.
private func checkStructSize(_ size: Int, _ name: String) throws(GenerativeError) {
  try checkRange(name, size, 8...4096)
}

/// Members unknown to this library must be zero.
private func checkTail(
  _ pointer: UnsafeRawPointer, _ known: Int, _ size: Int, _ name: String
) throws(GenerativeError) {
  guard UnsafeRawBufferPointer(start: pointer + known, count: size - known).allSatisfy({ $0 == 0 }) else {
    throw GenerativeError(
      .version, "\(name) sets members that this library (\(GEN_VERSION_STRING)) does not know")
  }
}
