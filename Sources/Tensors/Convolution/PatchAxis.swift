/// One axis of a sum over patches. Output `firstOutput` + a·`outputStep` is the sum over taps j of source
/// pixel a·`stride` + `origin` + j times kernel element `firstTap` + j·`tapStep`.
struct PatchAxis {
  let positionCount: Int
  let firstOutput: Int
  let outputStep: Int
  let sourceCount: Int
  let stride: Int
  let origin: Int
  let tapCount: Int
  let firstTap: Int
  let tapStep: Int

  func tap(_ j: Int) -> Int { firstTap + j * tapStep }
}
