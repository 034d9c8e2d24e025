// A process: what its threads share. (Being filled in.)

import KernelCore
import LinuxABI

final class Process {
  let pid: Int32

  init(pid: Int32) { self.pid = pid }
}
