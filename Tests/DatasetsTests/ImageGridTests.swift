import Datasets
import Tensors
import Testing

struct ImageGridTests {
  @Test func cellsStandWhereTheLayoutSays() throws {
    // Five cells of 1 × 2, three per line.
    let rows: [Float] = (0..<10).map { Float($0 * 20) / 255 }
    let grid = ImageGrid(columnCount: 3, spacing: 1, margin: 2, background: 9)
    let picture = try grid.draw(rows, rowCount: 5, shape: Shape(height: 1, width: 2, channels: 1))
    let b: UInt8 = 9
    #expect(picture.shape == Shape(height: 7, width: 12, channels: 1))
    let line = [UInt8](repeating: b, count: 12)
    #expect(
      picture.array == line + line
        + [b, b, 0, 20, b, 40, 60, b, 80, 100, b, b] + line
        + [b, b, 120, 140, b, 160, 180, b, b, b, b, b] + line + line)
  }

  @Test func cellsAreEnlargedPixelByPixel() throws {
    let rows: [Float] = [0, 1, 0.2, 1, 0, 0.4]
    let grid = ImageGrid(enlargement: 2, spacing: 0, margin: 0)
    let picture = try grid.draw(rows, rowCount: 1, shape: Shape(height: 1, width: 2, channels: 3))
    let line: [UInt8] = [0, 255, 51, 0, 255, 51, 255, 0, 102, 255, 0, 102]
    #expect(picture.array == line + line)
  }

  @Test func cellRangeScalingSpreadsEachCellOverAllLevels() throws {
    let rows: [Float] = [-3, -1, 1, 5, 5, 5]
    let grid = ImageGrid(columnCount: 2, scaling: .cellRange, spacing: 0, margin: 0)
    let picture = try grid.draw(rows, rowCount: 2, shape: Shape(height: 1, width: 3, channels: 1))
    #expect(picture.array == [0, 128, 255, 128, 128, 128])
  }

  @Test func aGridIsAboutSquareByDefault() throws {
    let rows = [Float](repeating: 0.5, count: 12)
    let grid = ImageGrid(spacing: 0, margin: 0)
    let picture = try grid.draw(rows, rowCount: 12, shape: Shape(height: 1, width: 1, channels: 1))
    #expect(picture.shape == Shape(height: 3, width: 4, channels: 1))
  }

  @Test func badLayoutsAreErrors() throws {
    let rows = [Float](repeating: 0, count: 8)
    let pixel = Shape(height: 1, width: 1, channels: 1)
    func draw(_ grid: ImageGrid, rowCount: Int = 4, shape: Shape = pixel) -> GenerativeError.Status? {
      status { try grid.draw(rows, rowCount: rowCount, shape: shape) }
    }
    #expect(draw(ImageGrid()) == nil)
    #expect(draw(ImageGrid(), rowCount: 0) == .argument)
    #expect(draw(ImageGrid(), rowCount: -1) == .argument)
    #expect(draw(ImageGrid(), rowCount: .max) == .argument)
    #expect(draw(ImageGrid(columnCount: 0)) == .argument)
    #expect(draw(ImageGrid(columnCount: -5)) == .argument)
    #expect(draw(ImageGrid(enlargement: 0)) == .argument)
    #expect(draw(ImageGrid(spacing: .max)) == .argument)
    #expect(draw(ImageGrid(margin: -1)) == .argument)
    #expect(draw(ImageGrid(), shape: Shape(height: 1, width: 1, channels: 2)) == .argument)
    #expect(draw(ImageGrid(), shape: Shape(height: 1, width: .max, channels: 1)) == .limit)
    #expect(draw(ImageGrid(), shape: Shape(height: 16_000, width: 16_000, channels: 1)) == .limit)
    #expect(draw(ImageGrid(), rowCount: 2_000_000_000) == .limit)
  }
}
