import ArgumentParser
import CGenerative

@main struct Gen: ParsableCommand {
  func run() throws { print(gen_version() == nil) }
}
