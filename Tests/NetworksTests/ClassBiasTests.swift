import Networks
import Tensors
import TestSupport
import Testing

@Suite("Class biases")
struct ClassBiasTests {
  private static let labels: [Int32] = [2, 0, 2, 1, 2]
  private static let shape = Shape(height: 3, width: 2, channels: 5)

  private static func oneHot(_ label: Int32, of classCount: Int) -> [Float] {
    (0..<classCount).map { $0 == Int(label) ? 1 : 0 }
  }

  @Test("gradients agree with finite differences", arguments: activations)
  func gradients(name: String, activation: Activation) throws {
    let bias = ClassBias(Self.shape, classCount: 4, tapCount: 3, activation)
    try checkGradient(of: bias, rows: 5, labels: Self.labels)
    try checkGradient(
      of: Dense(Shape(features: 7), Shape(features: 4), .identity),
      ClassBias(Shape(features: 4), classCount: 3),
      BatchNormalization(Shape(features: 4), activation), rows: 5, labels: Self.labels)
  }

  @Test("labels pass through residuals")
  func residuals() throws {
    let dense = Dense(Shape(features: 4), Shape(features: 4), .identity)
    let bias = ClassBias(Shape(features: 4), classCount: 3, .tanh)
    try checkGradient(of: Residual([dense, bias]), rows: 5, labels: Self.labels)
  }

  @Test("after a dense layer, it equals one-hot labels joined to the input")
  func oneHot() throws {
    let (inputs, outputs, classes) = (7, 4, 3)
    let run = try LayerRun(
      [
        Dense(Shape(features: inputs), Shape(features: outputs), .identity, hasBias: false),
        ClassBias(Shape(features: outputs), classCount: classes, .tanh),
      ], rows: 5, labels: Self.labels)
    let weight = normals(outputs * (inputs + classes), seed: 1)
    let x = normals(5 * inputs, seed: 2)
    // The joined layer's weight is outputs × (inputs + classes): the last columns are the biases.
    for o in 0..<outputs {
      for i in 0..<inputs { run.weights.parameters[o * inputs + i] = weight[o * (inputs + classes) + i] }
      for k in 0..<classes {
        run.weights.parameters[outputs * inputs + k * outputs + o] =
          weight[o * (inputs + classes) + inputs + k]
      }
    }
    let joined = try LayerRun(
      [Dense(Shape(features: inputs + classes), Shape(features: outputs), .tanh, hasBias: false)], rows: 5)
    joined.weights.parameters.assign(weight)
    var xJoined: [Float] = []
    for (row, label) in Self.labels.enumerated() {
      xJoined += x[row * inputs..<(row + 1) * inputs]
      xJoined += Self.oneHot(label, of: classes)
    }
    #expect(largestError(run.forward(x), joined.forward(xJoined)) < 1e-6)
  }

  @Test("after a convolution, it equals one-hot planes joined to the image, away from the border")
  func planes() throws {
    let (side, filters, classes) = (8, 3, 3)
    let window = Window(kernel: 4, stride: 2, padding: 1)
    let image = Shape(height: side, width: side, channels: 1)
    let half = Shape(height: side / 2, width: side / 2, channels: filters)
    let run = try LayerRun(
      [
        Convolution(image, filters: filters, window, .identity, hasBias: false),
        ClassBias(half, classCount: classes, tapCount: 16, .leakyReLU(slope: 0.2)),
      ], rows: 5, labels: Self.labels)
    let joinedShape = Shape(height: side, width: side, channels: 1 + classes)
    let joined = try LayerRun(
      [Convolution(joinedShape, filters: filters, window, .leakyReLU(slope: 0.2), hasBias: false)], rows: 5)
    // Weights are filters × window × channels; a label's sixteen taps are alike.
    let kernel = normals(filters * 16, seed: 1)
    let taps = normals(filters * classes, seed: 2)
    var weight = kernel
    for k in 0..<classes { weight += (0..<filters).map { taps[$0 * classes + k] } }
    run.weights.parameters.assign(weight)
    var joinedWeight: [Float] = []
    for (index, tap) in kernel.enumerated() {
      let filter = index / 16
      joinedWeight.append(tap)
      joinedWeight += taps[filter * classes..<(filter + 1) * classes]
    }
    joined.weights.parameters.assign(joinedWeight)
    let x = normals(5 * image.count, seed: 3)
    var xJoined: [Float] = []
    for (index, pixel) in x.enumerated() {
      xJoined.append(pixel)
      xJoined += Self.oneHot(Self.labels[index / image.count], of: classes)
    }
    let (y, wanted) = (run.forward(x), joined.forward(xJoined))
    for row in 0..<5 {
      for i in 1..<3 {
        for j in 1..<3 {
          for c in 0..<filters {
            let at = row * half.count + (i * half.width + j) * filters + c
            #expect(abs(y[at] - wanted[at]) < 1e-4)
          }
        }
      }
    }
  }
}
