import Datasets
import Tensors
import Testing

struct FaceTests {
  private let shape = Shape(height: 32, width: 32, channels: 3)

  private func draw(_ face: Face, _ shape: Shape) throws -> [Float] {
    let row = try Buffer<Float>(count: shape.count)
    try face.draw(shape: shape, into: row.base)
    return Array(row.elements)
  }

  private func face(_ factor: Int, at share: Float) throws -> Face {
    let values = try Buffer<Float>(count: Face.factors.count)
    Face().write(into: values.base)
    let range = Face.factors[factor].range
    values[factor] = range.lowerBound + share * (range.upperBound - range.lowerBound)
    return Face(values: values.base)
  }

  // MARK: - The same face

  @Test func aFaceIsTheSameInAnyDatasetAndOnAnyThreads() throws {
    let many = try Dataset.faces(rowCount: 201, shape: shape, seed: 9)
    let few = try Dataset.faces(
      rowCount: 7, shape: shape, seed: 9, firstIndex: 150, context: Context(threadCount: 1))
    #expect(try many.floats(150..<157) == few.floats(0..<7))
    #expect(try Dataset.faces(rowCount: 7, shape: shape, seed: 10).floats(0..<7) != many.floats(0..<7))
  }

  @Test func theFactorsToldAreTheFactorsDrawn() throws {
    let dataset = try Dataset.faces(rowCount: 20, shape: shape, seed: 4)
    let table = try #require(dataset.factors)
    let width = table.factors.count
    let rows = try dataset.floats(0..<20)
    for i in 0..<20 {
      let drawn = try draw(Face(values: table.values.base + i * width), shape)
      let kept = rows[i * shape.count..<(i + 1) * shape.count]
      #expect(zip(drawn, kept).allSatisfy { abs($0 - $1) <= 0.5 / 255 + 1e-6 })
    }
    let smile = try #require(table.index(of: "smile"))
    let labels = try #require(dataset.labels)
    #expect((0..<20).allSatisfy { (labels[$0] == 1) == (table.values[$0 * width + smile] > 0) })
  }

  @Test func factorsFillTheirRangesAndAreIndependent() throws {
    let count = 4000
    let width = Face.factors.count
    let table = try #require(
      Dataset.faces(rowCount: count, shape: Shape(height: 16, width: 16, channels: 1), seed: 1).factors)
    // Scaled to mean 0 and variance 1, if uniform.
    func scaled(_ i: Int, _ f: Int) -> Double {
      let range = Face.factors[f].range
      let share = (table.values[i * width + f] - range.lowerBound) / (range.upperBound - range.lowerBound)
      return (Double(share) - 0.5) * 12.0.squareRoot()
    }
    for f in 0..<width {
      let column = (0..<count).map { scaled($0, f) }
      #expect(column.allSatisfy { abs($0) <= 3.0.squareRoot() + 1e-6 })
      for g in f..<width {
        let correlation = (0..<count).reduce(0.0) { $0 + column[$1] * scaled($1, g) } / Double(count)
        #expect(abs(correlation - (f == g ? 1 : 0)) < 0.07, "\(f) \(g)")
      }
    }
  }

  // MARK: - What the factors do

  /// The share of the picture's change between a factor's ends that falls into a box.
  private func share(
    ofChangeIn name: String, rows: ClosedRange<Float>, columns: ClosedRange<Float>
  ) throws -> Float {
    let index = try #require(Face.factors.firstIndex { $0.name == name })
    let shape = Shape(height: 64, width: 64, channels: 1)
    let low = try draw(face(index, at: 0), shape)
    let high = try draw(face(index, at: 1), shape)
    var inside: Float = 0
    var all: Float = 0
    for i in 0..<64 * 64 {
      let change = abs(high[i] - low[i])
      all += change
      if rows.contains(Float(i / 64) / 64), columns.contains(Float(i % 64) / 64) { inside += change }
    }
    return inside / max(all, 1e-9)
  }

  @Test func aSmileChangesTheMouth() throws {
    #expect(try share(ofChangeIn: "smile", rows: 0.62...0.90, columns: 0.3...0.7) > 0.75)
  }

  @Test func gazeAndEyeSizeChangeTheEyes() throws {
    #expect(try share(ofChangeIn: "gaze", rows: 0.35...0.62, columns: 0.2...0.8) > 0.99)
    #expect(try share(ofChangeIn: "eye_size", rows: 0.28...0.65, columns: 0.2...0.8) > 0.99)
  }

  @Test func browsMoveAboveTheEyes() throws {
    #expect(try share(ofChangeIn: "brow", rows: 0.25...0.5, columns: 0.2...0.8) > 0.99)
  }

  @Test func aSmilingMouthCurvesUp() throws {
    let shape = Shape(height: 64, width: 64, channels: 1)
    var face = Face()
    /// The darkest row below the nose in a column.
    func mouth(_ picture: [Float], _ column: Int) -> Int {
      (42..<56).min { picture[$0 * 64 + column] < picture[$1 * 64 + column] } ?? 0
    }
    face.smile = 0.1
    let smiling = try draw(face, shape)
    face.smile = -0.4
    let frowning = try draw(face, shape)
    #expect(mouth(smiling, 26) < mouth(smiling, 31) || mouth(smiling, 25) < mouth(smiling, 31))
    #expect(mouth(frowning, 26) > mouth(frowning, 31))
  }

  @Test func aTurnOfTheHeadMirrorsThePicture() throws {
    // Nearly: the light comes from the left and the hair is parted.
    let turn = try #require(Face.factors.firstIndex { $0.name == "head_turn" })
    let left = try draw(face(turn, at: 0), shape)
    let right = try draw(face(turn, at: 1), shape)
    var mirrored: Float = 0
    var direct: Float = 0
    for y in 0..<32 {
      for x in 0..<32 {
        for c in 0..<3 {
          let l = left[(y * 32 + x) * 3 + c]
          mirrored += abs(l - right[(y * 32 + 31 - x) * 3 + c])
          direct += abs(l - right[(y * 32 + x) * 3 + c])
        }
      }
    }
    #expect(mirrored < 0.35 * direct)
  }

  @Test(arguments: Face.factors.indices)
  func everyFactorShowsAtTheSmallestSize(_ factor: Int) throws {
    let shape = Shape(height: 16, width: 16, channels: 3)
    let low = try draw(face(factor, at: 0), shape)
    let high = try draw(face(factor, at: 1), shape)
    let change = zip(low, high).map { abs($0 - $1) }.max() ?? 0
    #expect(change > 0.1, "\(Face.factors[factor].name)")
  }

  // MARK: - Sizes and bad arguments

  @Test func facesAreDrawnAtAnySizeInRange() throws {
    for (height, width, channels) in [(16, 16, 1), (17, 41, 3), (128, 128, 3), (64, 16, 1)] {
      let shape = Shape(height: height, width: width, channels: channels)
      let picture = try draw(Face(seed: 2, index: 3), shape)
      #expect(picture.allSatisfy { $0 >= 0 && $0 <= 1 })
      #expect(Set(picture).count > 100)
    }
  }

  @Test func valuesOutsideTheirRangesAreClamped() throws {
    let count = Face.factors.count
    let wild = [Float](repeating: .infinity, count: count)
    let none = [Float](repeating: .nan, count: count)
    let top = Face.factors.map(\.range.upperBound)
    let bottom = Face.factors.map(\.range.lowerBound)
    #expect(Face(values: wild) == Face(values: top))
    #expect(Face(values: none) == Face(values: bottom))
  }

  @Test func badSizesAreErrors() {
    func make(_ rowCount: Int, _ height: Int, _ width: Int, _ channels: Int, first: Int = 0)
      -> GenerativeError.Status?
    {
      status {
        try Dataset.faces(
          rowCount: rowCount, shape: Shape(height: height, width: width, channels: channels), seed: 0,
          firstIndex: first)
      }
    }
    #expect(make(1, 16, 16, 1) == nil)
    for (rowCount, height, width, channels) in [
      (0, 16, 16, 1), (-1, 16, 16, 1), (.max, 16, 16, 1), (1, 15, 16, 1), (1, 16, 129, 1), (1, 16, 16, 2),
      (1, 16, 16, 4), (1, .min, 16, 3), (1, 16, .max, 3),
    ] {
      #expect(make(rowCount, height, width, channels) == .argument)
    }
    #expect(make(1, 16, 16, 1, first: -1) == .argument)
    #expect(make(1, 16, 16, 1, first: .max) == .argument)
  }
}
