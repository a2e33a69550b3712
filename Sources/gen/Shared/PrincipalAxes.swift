import CGenerative

/// The results of a fitted PCA.
struct PrincipalAxes {
  let mean: [Float]
  /// One component per row, by decreasing variance.
  let components: Rows
  /// Each component's fraction of the total variance.
  let shares: [Double]

  init(of pca: OpaquePointer?) throws {
    var info = gen_pca_info_t()
    info.struct_size = UInt32(MemoryLayout<gen_pca_info_t>.stride)
    try check(gen_pca_info(pca, &info))
    let (count, size) = (Int(info.n_components), Int(info.n_features))
    var mean = [Float](repeating: 0, count: size)
    var variance = [Double](repeating: 0, count: count)
    components = try Rows(count: count, rowSize: size) {
      gen_pca_solution(pca, Int32(GEN_F32), &mean, $0, &variance)
    }
    self.mean = mean
    shares = variance.map { info.total_variance > 0 ? $0 / info.total_variance : 0 }
  }
}
