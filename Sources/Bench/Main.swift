// `bench`: times the rows of BenchRow, in raw system calls, on the kernel that it runs on.
//
// As process 1 it takes its words from /etc/bench, one a line, and powers the machine off at the end; started by a
// shell it takes them from the command line. Words: `quick`; `locks` (count them); `most=N` (no row
// iterates more often); names of rows, none meaning all. The output is the protocol of Output.swift; the status is the number of
// rows that failed, 125 at most.

import CProgram
import LinuxABI

@c
func program_main() {
  Scratch.prepare()
  let isInit = call(.getpid) == 1
  if isInit { prepareMachine() }
  let options = isInit ? Options.readFile() : Options.commandLine()
  var suite = Suite(options)
  let failures = suite.run()
  if isInit { powerOff() }
  leave(min(failures, 125))
}

/// What an init does first: /proc, where the kernel has not mounted it itself.
private func prepareMachine() {
  let proc: StaticString = "proc"
  if call(.access, ("/proc/self" as StaticString).address, 0) != 0 {
    _ = call(.mount, proc.address, ("/proc" as StaticString).address, proc.address, 0, 0)
  }
}

/// reboot(2): LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2, LINUX_REBOOT_CMD_POWER_OFF.
private func powerOff() {
  _ = call(.sync)
  _ = call(.reboot, 0xfee1_dead, 0x2812_1969, 0x4321_fedc, 0)
}

func leave(_ status: Int) -> Never {
  _ = call(.exit_group, status)
  while true {}
}
