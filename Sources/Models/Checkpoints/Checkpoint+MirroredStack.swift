import Checkpoints
import Tensors

extension Checkpoint {
  mutating func set(_ stack: MirroredStack) throws(GenerativeError) {
    try set(stack.shape)
    try set(stack.architecture, stack.convolution, classCount: stack.classCount)
    try setOption("batch_norm", stack.isNormalized)
    try setOption("pixel_bias", stack.hasPixelBias)
    try setOption("latent_size", stack.latentSize)
    try setWidths("hidden", stack.hidden)
    try setWidths("decoder_hidden", stack.decoderHidden)
    try setOption("activation", stack.activation)
    try setOption(stack.weights)
    try setOption("dropout", stack.dropout)
  }

  func mirroredStack() throws(GenerativeError) -> MirroredStack {
    var stack = MirroredStack(
      shape: try shape(), architecture: try architecture(),
      latentSize: try option("latent_size", in: 1...StackLimit.width), hidden: try givenWidths("hidden"),
      activation: try activation("activation"))
    stack.convolution = try convolution()
    stack.classCount = try classCount()
    stack.isNormalized = try option("batch_norm")
    stack.hasPixelBias = try option("pixel_bias")
    stack.decoderHidden = try widths("decoder_hidden")
    stack.weights = try weightRule()
    stack.dropout = try option("dropout", in: 0...StackLimit.dropout)
    return stack
  }
}
