/// Limits on the size of external inputs; larger inputs are rejected, even well-formed ones.
///
/// Small files can ask for much work and memory; these limits are what they may ask for at most.
package struct InputLimits: Sendable {
  package static let standard = InputLimits()

  // MARK: Images

  /// Pixels of an image, and of one of its sides.
  package var pixelCount = 64 << 20
  package var sideLength = 16_384
  /// Scans of a progressive JPEG: each costs a pass over the whole image.
  package var scanCount = 500
  /// Bytes of one ancillary chunk of a PNG.
  package var chunkByteCount = 8 << 20

  // MARK: Models

  /// Bytes of all tensors together.
  package var modelByteCount = 4 << 30
  package var tensorCount = 65_536
  /// UTF-8 bytes of a tensor's name.
  package var tensorNameByteCount = 255

  package init() {}
}
