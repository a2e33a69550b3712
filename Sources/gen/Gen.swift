import ArgumentParser
import CGenerative

/// The command-line tool: a client of the header like any other.
@main struct Gen: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gen",
    abstract: "Generative models on a CPU: PCA, autoencoders, VAEs, GANs.",
    subcommands: [Demo.self, Info.self, Sample.self, Version.self])
}

/// `gen version`: the library's version, its ABI and the kernels in use.
struct Version: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Prints the library's version and kernels.")

  func run() {
    print(
      "libgenerative \(text(gen_version())), ABI \(gen_abi_version()), \(text(gen_kernels_name())) kernels")
  }
}
