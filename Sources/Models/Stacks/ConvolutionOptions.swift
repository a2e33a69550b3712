/// The convolutional part of a model's options.
package struct ConvolutionOptions: Equatable, Sendable {
  /// Channels of the outermost level, doubled level by level.
  package var baseChannels: Int
  /// Levels of half the size; 0: as many as bring the smaller side, rounded up, to 4 … 7 pixels.
  package var depth = 0

  package init(baseChannels: Int) { self.baseChannels = baseChannels }
}
