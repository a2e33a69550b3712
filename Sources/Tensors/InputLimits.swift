/// Limits on the size of external inputs. Larger inputs are rejected, even if they are well-formed.
///
/// Small files can request large amounts of work and memory. These limits bound what they can request.
package struct InputLimits: Sendable {
  package static let standard = InputLimits()

  // MARK: Images

  /// Maximum number of pixels of an image, and maximum length of a side.
  package var pixelCount = 64 << 20
  package var sideLength = 16_384
  /// Maximum number of scans of a progressive JPEG. Each costs a pass over the whole image.
  package var scanCount = 500
  /// Maximum size in bytes of one ancillary chunk of a PNG.
  package var chunkByteCount = 8 << 20

  // MARK: Models

  /// Maximum total size in bytes of all tensors.
  package var modelByteCount = 4 << 30
  package var tensorCount = 65_536
  /// Maximum length of a tensor's name in UTF-8 bytes.
  package var tensorNameByteCount = 255

  package init() {}
}
