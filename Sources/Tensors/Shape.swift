/// The shape of one row: height × width × channels, channels last.
///
/// A plain vector of n features is 1 × 1 × n.
package struct Shape: Equatable, Hashable, Sendable, CustomStringConvertible {
  package var height: Int
  package var width: Int
  package var channels: Int

  package init(height: Int, width: Int, channels: Int) {
    self.height = height
    self.width = width
    self.channels = channels
  }

  /// A vector with this number of features.
  package init(features: Int) { self.init(height: 1, width: 1, channels: features) }

  /// The number of floats in one row.
  package var count: Int { height * width * channels }

  /// Whether rows are plain vectors, as in a table, and not images.
  package var isTable: Bool { height == 1 && width == 1 }

  /// Whether rows look like images with channels first: 1, 3 or 4 channels, taken for the height.
  package var hasChannelsFirst: Bool { [1, 3, 4].contains(height) && min(width, channels) > 4 }

  package var description: String {
    isTable ? "\(channels)" : "\(height)×\(width)×\(channels)"
  }
}
