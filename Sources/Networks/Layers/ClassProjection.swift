import Tensors

/// One number per row that depends on its class: y = w·x + b + V[label]·x.
///
/// The last layer of a conditional projection discriminator (Miyato & Koyama, "cGANs with projection
/// discriminator", ICLR 2018, equation 3). w and V are stored in one weight of (1 + classes) × inputs.
package final class ClassProjection: Layer {
  package var kind: String { "class projection" }
  package let input: Shape
  package let classCount: Int
  private let initializer: Initializer

  package var output: Shape { Shape(features: 1) }

  package var parameters: [Parameter] {
    [
      Parameter("weight", shape: [1 + classCount, input.count], initializer),
      Parameter("bias", shape: [1], .constant(0)),
    ]
  }

  package init(_ input: Shape, classCount: Int, weight: Initializer) {
    self.input = input
    self.classCount = classCount
    initializer = weight
  }

  package var weightUseCount: Int { 2 * input.count + 1 }
  package var usesLabels: Bool { true }
  package var isPiecewiseLinear: Bool { true }

  /// Without labels, V is zero.
  package func forward(_ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, _ pass: LayerPass) {
    project(x, bias: pass.parameters[(1 + classCount) * input.count], into: y, pass)
  }

  package func tangent(
    _ t: UnsafePointer<Float>, y: UnsafePointer<Float>, into u: UnsafeMutablePointer<Float>, _ pass: LayerPass
  ) {
    project(t, bias: 0, into: u, pass)
  }

  /// dx = dy·(w + V[label]);  dw += Σ dy·x;  dV[label] += dy·x;  db += Σ dy
  package func backward(
    _ dy: UnsafeMutablePointer<Float>, x: UnsafePointer<Float>, y: UnsafePointer<Float>,
    into dx: UnsafeMutablePointer<Float>?, _ pass: LayerPass
  ) {
    let (context, width) = (pass.context, input.count)
    for i in 0..<pass.rows {
      let row = x + i * width
      let own = pass.labels.map { (1 + Int($0[i])) * width }
      if let gradient = pass.gradient {
        context.combine(dy[i], row, 1, into: gradient, count: width)
        if let own { context.combine(dy[i], row, 1, into: gradient + own, count: width) }
        gradient[(1 + classCount) * width] += dy[i]
      }
      if let dx {
        context.scale(pass.parameters, by: dy[i], count: width, into: dx + i * width)
        if let own { context.combine(dy[i], pass.parameters + own, 1, into: dx + i * width, count: width) }
      }
    }
  }

  private func project(
    _ x: UnsafePointer<Float>, bias: Float, into y: UnsafeMutablePointer<Float>, _ pass: LayerPass
  ) {
    let (context, width) = (pass.context, input.count)
    for i in 0..<pass.rows {
      var sum = context.dot(x + i * width, pass.parameters, count: width)
      if let labels = pass.labels {
        sum += context.dot(x + i * width, pass.parameters + (1 + Int(labels[i])) * width, count: width)
      }
      y[i] = Float(sum + Double(bias))
    }
  }
}

extension ClassProjection {
  /// M[label] = w + V[label]
  package func write(to program: inout Program, _ numbers: LayerNumbers) throws(GenerativeError) {
    let (weight, width) = (numbers.parameters.base, input.count)
    program.append(
      .classDense(
        weight: try Numbers(classCount * width, in: numbers.context) {
          weight[width + $0] + weight[$0 % width]
        },
        bias: numbers.parameters.part((1 + classCount) * width, 1)),
      to: output)
  }
}
