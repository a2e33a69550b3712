import Datasets
import Tensors
import Testing

struct ImageResizeTests {
  @Test(arguments: [(12, 9), (31, 20), (50, 70)])
  func resizingAgreesWithPillowsTriangleFilterWithinOneLevel(height: Int, width: Int) throws {
    let picture = try Image(path: goldenPath("noise.png"))
    let resized = try picture.resized(height: height, width: width)
    let expected = try golden("noise-\(height)x\(width).raw")
    #expect(resized.shape == Shape(height: height, width: width, channels: 3))
    let worst = zip(resized.array, expected).map { abs(Int($0) - Int($1)) }.max()
    // Pillow rounds between its two passes.
    #expect(worst ?? .max <= 1)
    #expect(resized.array.count == expected.count)
  }

  @Test func aConstantPictureStaysConstant() throws {
    let picture = try image(Shape(height: 13, width: 50, channels: 1)) { _, _, _ in 201 }
    for (height, width) in [(1, 1), (7, 5), (13, 13), (64, 40)] {
      let resized = try picture.resized(height: height, width: width)
      #expect(resized.array == [UInt8](repeating: 201, count: height * width))
    }
  }

  @Test func theMiddleIsKeptWhereTheAspectDiffers() throws {
    // Only the middle 10 × 10 of a 10 × 30 picture is white.
    let picture = try image(Shape(height: 10, width: 30, channels: 1)) { _, x, _ in
      (10..<20).contains(x) ? 255 : 0
    }
    let resized = try picture.resized(height: 5, width: 5)
    #expect((0..<5).allSatisfy { resized.array[$0 * 5 + 2] == 255 })
    #expect(resized.array.allSatisfy { $0 > 200 })
  }

  @Test func thinPicturesAndBadSidesAreHandled() throws {
    let thin = try image(Shape(height: 1, width: 3001, channels: 1)) { _, x, _ in UInt8(x & 255) }
    #expect(try thin.resized(height: 28, width: 28).array.count == 784)
    #expect(status { try thin.resized(height: 0, width: 4) } == .argument)
    #expect(status { try thin.resized(height: -1, width: 4) } == .argument)
    #expect(status { try thin.resized(height: 16_385, width: 4) } == .limit)
  }
}
