import ArgumentParser
import CGenerative
import Glibc

/// The command-line tool: a client of the header like any other.
@main struct Gen: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gen",
    abstract: "Generative models on a CPU: PCA, autoencoders, VAEs, GANs.",
    discussion: """
      gen train vae faces: -o faces.safetensors
      gen sample faces.safetensors -o faces.png
      gen report faces.safetensors faces: -o faces.html

      DATA is a folder of PNG and JPEG pictures, whose sub-folders are classes, an IDX file as MNIST's, an npy or \
      npz file, a table (CSV or TSV), a list of pictures, a picture, or "faces:", which the library draws ("faces:7" \
      for those of seed 7). Its content decides, not its name. Completions: gen --generate-completion-script bash|zsh|fish.
      """,
    version:
      "libgenerative \(text(gen_version())), ABI \(gen_abi_version()), \(text(gen_kernels_name())) kernels",
    subcommands: [Manual.self],
    groupedSubcommands: [
      CommandGroup(name: "Fit", subcommands: [Train.self, Mixture.self, Threshold.self]),
      CommandGroup(
        name: "Use",
        subcommands: [
          Sample.self, Encode.self, Reconstruct.self, Denoise.self, Interpolate.self, Traverse.self,
          Manifold.self, Detect.self, Export.self,
        ]),
      CommandGroup(
        name: "Look", subcommands: [Info.self, Evaluate.self, Compare.self, Report.self, Demo.self]),
    ])

  /// Runs the command that the arguments name; a failure is one line and an exit code other than 0.
  static func main() {
    do {
      var command = try parseAsRoot(CommandLineWords.understood(Array(CommandLine.arguments.dropFirst())))
      try command.run()
    } catch {
      let code = exitCode(for: error)
      if code.isSuccess || error is ExitCode { exit(withError: error) }
      complain(line(for: error))
      Glibc.exit(code.rawValue)
    }
  }

  /// What a failure is told by.
  static func line(for error: any Error) -> String {
    "gen: \(message(for: error).split(separator: "\n").joined(separator: " "))"
  }
}
