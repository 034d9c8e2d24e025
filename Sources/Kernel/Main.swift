// Boot order, on one screen. Called by boot.S on the boot stack, with the first GiB mapped and interrupts off.

import CMachine
import KernelCore
import LinuxABI

@c
func apus_main(_ startInfo: UInt64) {
  BootCPU.prepareCounters()  // locks count into %gs from the first one on
  SerialPort.com1.initialize(interrupts: true, hasFIFO: false)  // messages from the first line on
  let info = BootInfo(startInfo: startInfo)  // copies what QEMU left in memory
  Console.isPlain = BootLine.isSet("console", to: "plain")
  KernelMap.initialize(info)  // final page tables, frame allocator; the heap works from here
  BootCPU.initialize()  // per-CPU block, descriptors, protections, idle thread
  LocalAPIC.initialize()  // timer
  Clock.initialize()  // rates
  Random.initialize()
  SystemName.initialize()
  ProcessTable.initialize()
  FutexTable.initialize()
  TraceLine.initialize()  // probes that `trace=` asks for are on from here
  Legacy.initialize()  // slow behaviours that the boot line asks for
  RootFilesystem.mount(info)  // tmpfs from the initramfs, /dev, /proc
  ConsoleTerminal.initialize()  // COM1 as a terminal
  BootCPU.startOthers()  // the other CPUs wait for threads from here on
  InitProcess.start()
  Alarms.start()  // timers that send signals
  ConsoleInput.start()  // sends the keyboard's signals
  BootCPU.run()  // becomes the idle thread
}
