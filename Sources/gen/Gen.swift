import ArgumentParser
import CGenerative
import Glibc

/// The command-line tool. It uses only the public C API.
@main struct Gen: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gen",
    abstract: "Fits and runs generative models on a CPU: PCA, autoencoders, VAEs, GANs.",
    discussion: """
      gen train vae faces: -o faces.safetensors
      gen sample faces.safetensors -o faces.png
      gen report faces.safetensors faces: -o faces.html

      DATA is a folder of PNG and JPEG images, whose subfolders are classes, an IDX file such as MNIST's, an npy or \
      npz file, a table (CSV or TSV), a list of images, an image, or "faces:" for faces that the library draws \
      ("faces:7" uses seed 7). The format is detected from the content, not from the name. To print shell completions, \
      run gen --generate-completion-script bash|zsh|fish.
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

  /// Runs the command that the arguments name. A failure prints one line and exits with a nonzero code.
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

  /// The message that is printed for an error, on one line.
  static func line(for error: any Error) -> String {
    "gen: \(message(for: error).split(separator: "\n").joined(separator: " "))"
  }
}
