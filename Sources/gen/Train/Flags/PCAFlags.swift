// Generated from the library's option tables by 'make generate'. Do not edit.
// swift-format-ignore-file
import ArgumentParser

/// Flags of gen_pca_options.
struct PCAFlags: OptionFlags {
  @Option(
    help: ArgumentHelp(
      "Number of components to keep (at least 0; default: as many as --variance-ratio requires, "
        + "else all).", valueName: "n"))
  var nComponents: String?

  @Option(
    help: ArgumentHelp(
      "Keep the fewest components that explain more than this share of the variance (above 0, "
        + "below 1; default: not used).", valueName: "n"))
  var varianceRatio: String?

  @Option(
    help: ArgumentHelp(
      "Eigenproblem to solve (covariance, gram, sketch; default: gram if there are fewer rows "
        + "than columns, else covariance).", valueName: "word"))
  var solver: String?

  @Flag(
    inversion: .prefixedNo,
    help: ArgumentHelp(
      "Subtract the mean; if false, it is assumed to be zero (default: true)."))
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
      "Number of directions of a sketch (1 ... 65,536; needs --solver sketch; default: 2 * "
        + "--n-components + 16).", valueName: "n"))
  var nDirections: String?

  @Option(
    help: ArgumentHelp(
      "Number of passes of a sketch over the rows (1 ... 16; needs --solver sketch; default: 2).", valueName: "n"))
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
