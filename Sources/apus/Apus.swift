// The command `apus`: runs programs in fresh virtual machines.

import ArgumentParser

@main
struct Apus: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "apus",
    abstract: "Runs Linux programs on the Apus kernel, each in a fresh virtual machine.",
    subcommands: [Run.self, Shell.self, ABI.self, Probes.self, Conform.self])
}
