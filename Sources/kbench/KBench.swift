// `kbench`: the benchmark suite on Apus and on Linux.

import ArgumentParser

@main
struct KBench: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kbench", abstract: "Compare Apus with Linux, row by row, in exact guest instructions.",
    discussion: """
      Both kernels boot fresh in the same virtual machine, from the same initramfs, with the same program as process 1. \
      Under QEMU's -icount one nanosecond of guest time is one instruction, so a figure is exact and one run is enough.

      Verdicts are about the ratio Apus/Linux: up to 0.90 faster, up to 1.00 ok, up to 1.10 marginal, above that a \
      regression. The older scale has 1.10 and 2.00 for the last two. Two rows keep misleading names: pipe_grep and \
      sed_pipeline hold no pipe.
      """,
    subcommands: [
      RunCommand.self, AACommand.self, CompareCommand.self, HistoryCommand.self, FixesCommand.self,
      ExplainCommand.self,
    ],
    defaultSubcommand: RunCommand.self)
}
