import Checkpoints
import Tensors

extension Checkpoint {
  private static let architectures: [(String, Architecture)] = Architecture.allCases.map { ("\($0)", $0) }

  mutating func set(
    _ architecture: Architecture, _ convolution: ConvolutionOptions, classCount: Int
  ) throws(GenerativeError) {
    try setOption("architecture", "\(architecture)")
    try setOption("base_channels", convolution.baseChannels)
    try setOption("depth", convolution.depth)
    try setOption("classes", classCount)
  }

  func architecture() throws(GenerativeError) -> Architecture {
    try choice("architecture", Self.architectures)
  }

  func convolution() throws(GenerativeError) -> ConvolutionOptions {
    var convolution = ConvolutionOptions(
      baseChannels: try option("base_channels", in: 1...ConvolutionOptions.baseLimit))
    convolution.depth = try option("depth", in: 0...StackLimit.depth)
    return convolution
  }

  func classCount() throws(GenerativeError) -> Int { try option("classes", in: 0...StackLimit.classes) }
}
