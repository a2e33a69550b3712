// Generated from the library's option tables by 'make generate'. Do not edit.
// swift-format-ignore-file
import ArgumentParser

/// Flags of gen_pca_options.
struct PCAFlags: OptionFlags {
  @Option(
    help: ArgumentHelp(
      "Number of components to keep; auto: as many as variance_ratio requires, else all (at least "
        + "0).", valueName: "n"))
  var nComponents: String?

  @Option(
    help: ArgumentHelp(
      "Keep the fewest components that explain more than this share of the variance; auto: not "
        + "used (0 ... 1, ends excluded).", valueName: "n"))
  var varianceRatio: String?

  @Option(
    help: ArgumentHelp(
      "Eigenproblem to solve; auto: gram if rows are fewer than columns, else covariance "
        + "(covariance, gram, sketch).", valueName: "word"))
  var solver: String?

  @Flag(
    inversion: .prefixedNo,
    help: ArgumentHelp(
      "Subtract the mean; else it is taken to be zero (default: true)."))
  var center: Bool?

  @Flag(
    inversion: .prefixedNo,
    help: ArgumentHelp(
      "Scale the latents to unit variance (default: false)."))
  var whiten: Bool?

  @Option(
    help: ArgumentHelp(
      "Seed of the directions of a sketch and of the start of iterative solvers (default: 0).", valueName: "n"))
  var seed: String?

  @Option(
    help: ArgumentHelp(
      "Number of directions of a sketch; auto: 2 n_components + 16 (1 ... 65,536; needs --solver "
        + "sketch).", valueName: "n"))
  var nDirections: String?

  @Option(
    help: ArgumentHelp(
      "Passes of a sketch over the rows; auto: 2 (1 ... 16; needs --solver sketch).", valueName: "n"))
  var nPasses: String?

  var all: [(name: String, value: String?)] {
    [
      ("n_components", nComponents),
      ("variance_ratio", varianceRatio),
      ("solver", word(solver)),
      ("center", center.map { $0 ? "true" : "false" }),
      ("whiten", whiten.map { $0 ? "true" : "false" }),
      ("seed", seed),
      ("n_directions", nDirections),
      ("n_passes", nPasses),
    ]
  }
}
