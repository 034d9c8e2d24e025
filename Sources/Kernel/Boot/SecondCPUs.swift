// Starts every CPU but the first (Intel SDM volume 3, 9.4: MP initialisation).
//
// All get INIT and SIPI at once and take numbers in the order they arrive; each finds its stack, made beforehand, by
// that number. How many there are comes from QEMU's configuration device. Called once, by the boot CPU, when everything
// they might touch is there; from then on they run threads.

import CMachine
import KernelCore
import LinuxABI

enum SecondCPUs {
  /// Where they start; layout as in boot.S.
  private static let page = PhysicalAddress(0x8000)
  private static let ticketOffset = 0xf00
  private static let rootOffset = 0xf08
  private static let stacksOffset = 0xf10

  static func start(idleProcess: Process) {
    let wanted = min(MachineConfiguration.cpuCount, CPU.limit)
    guard wanted > 1 else { return }
    copyCode()
    do throws(Errno) {
      for index in 1..<wanted { try prepare(index, idleProcess) }
    } catch { Console.line(.literal("no memory for all processors")) }
    AddressSpace.isMultiprocessor = true
    LocalAPIC.startOthers(page: UInt32(page.rawValue >> 12), delay: Clock.ticksPerSecond / 5000)
    waitUntilOnline()
  }

  private static func copyCode() {
    let start = apus_symbolapus_second_cpu_code()
    let code = UnsafeRawPointer(bitPattern: UInt(start)).unsafelyUnwrapped
    page.pointer.copyMemory(from: code, byteCount: Int(apus_symbolapus_second_cpu_code_end() - start))
    let parameters = page.pointer
    parameters.storeBytes(of: 1, toByteOffset: ticketOffset, as: UInt32.self)
    parameters.storeBytes(of: KernelMap.table.root.address.rawValue, toByteOffset: rootOffset, as: UInt64.self)
    for index in 0..<8 { parameters.storeBytes(of: 0, toByteOffset: stacksOffset + index * 8, as: UInt64.self) }
  }

  private static func prepare(_ index: Int, _ idleProcess: Process) throws(Errno) {
    let block = try BootCPU.zeroed(order: 0).bindMemory(to: apus_percpu.self, capacity: 1)
    let cpu = try CPU(index: index, block: block, pages: BootCPU.zeroed(order: 3), idleProcess: idleProcess)
    TraceLine.addCPU(cpu)
    page.pointer.storeBytes(of: cpu.idle.stack.top, toByteOffset: stacksOffset + index * 8, as: UInt64.self)
  }

  /// A CPU that does not come in a second is said so and left out.
  private static func waitUntilOnline() {
    let deadline = apus_rdtsc() &+ Clock.ticksPerSecond
    let all = UInt32(1 << CPU.all.count) - 1
    while CPU.online != all, apus_rdtsc() < deadline { apus_pause() }
    if CPU.online != all { Console.line(.literal("some processors did not start")) }
  }
}

/// The first Swift code of a second CPU, on its idle thread's stack.
@c
func apus_second_main(_ index: UInt64) {
  let cpu = CPU.all[Int(index)]
  cpu.activate()
  LocalAPIC.enable()
  cpu.comeOnline()
  Scheduler.idle()
}

/// QEMU's fw_cfg device (docs/specs/fw_cfg.rst): ports 0x510 and 0x511.
enum MachineConfiguration {
  private static let signature: UInt16 = 0
  private static let processors: UInt16 = 5

  /// 1 where there is no such device.
  static var cpuCount: Int {
    let mark: StaticString = "QEMU"
    apus_outw(0x510, signature)
    for index in 0..<4 where apus_inb(0x511) != mark.utf8Start[index] { return 1 }
    apus_outw(0x510, processors)
    let low = apus_inb(0x511)
    return max(1, Int(low) | Int(apus_inb(0x511)) << 8)
  }
}
