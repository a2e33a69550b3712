/// The convolutional part of a model's options.
package struct ConvolutionOptions: Equatable, Sendable {
  /// The number of channels of the outermost level; it doubles from level to level.
  package var baseChannels: Int
  /// The number of levels, each with half the side length. 0: as many as reduce the smaller side, rounded up,
  /// to 4 … 7 pixels.
  package var depth = 0

  package init(baseChannels: Int) { self.baseChannels = baseChannels }
}
