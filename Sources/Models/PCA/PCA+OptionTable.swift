import Options
import Tensors

extension PCA.Options: TabledOptions {
  package static let options = ModelTable(
    "pca", standard: PCA.Options(),
    OptionRow.rows(
      """
      n_components   whole 0 * = auto formerly 0=auto \
      : number of components to keep; auto: as many as variance_ratio requires, else all
      variance_ratio double (0 1) = auto formerly 0.0=auto \
      : keep the fewest components that explain more than this share of the variance; auto: not used
      solver         word covariance gram sketch = auto formerly 0=auto 1=covariance 2=gram 3=sketch \
      : eigenproblem to solve; auto: gram if there are fewer rows than columns, else \
      covariance
      center         flag formerly no_centering true=false false=true : subtract the mean; if false, it is assumed to be zero
      whiten         flag : scale the latents to unit variance
      seed           seed : seed of the directions of a sketch and of the start of iterative solvers
      n_directions   whole 1 65536 = auto needs solver sketch formerly 0=auto \
      : number of directions of a sketch; auto: 2 * n_components + 16
      n_passes       whole 1 16 = auto needs solver sketch : number of passes of a sketch over the rows; auto: 2
      context        pointer : context with the memory, threads and limits to use
      comm           pointer : ranks that fit the PCA together
      """)
  ) { options in
    [
      .member(
        &options.components, get: { if case .count(let count) = $0 { .whole(count) } else { .automatic } },
        set: { if case .whole(let count) = $1 { $0 = .count(count) } }),
      .member(
        &options.components,
        get: { if case .varianceRatio(let ratio) = $0 { .number(ratio) } else { .automatic } },
        set: { if case .number(let ratio) = $1 { $0 = .varianceRatio(ratio) } }),
      .word([.covariance, .gram, .sketch], &options.solver), .flag(&options.centres),
      .flag(&options.whitens), .seed(&options.seed),
      .member(
        &options.directionCount, get: { $0.map { .whole($0) } ?? .automatic },
        set: { if case .whole(let count) = $1 { $0 = count } }),
      .whole(&options.passCount), .pointer, .pointer,
    ]
  }

  package init(defaultsFor values: OptionValues) throws(GenerativeError) {
    if values.whole("n_components") != nil, values.number("variance_ratio") != nil {
      throw GenerativeError(.argument, "n_components and variance_ratio must not both be given")
    }
    self.init()
  }
}
