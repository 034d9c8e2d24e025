// Control registers and MSRs of one CPU: protections on, user SSE allowed, system call entry set.

import CMachine

enum Features {
  static func enable() {
    let leaf7 = apus_cpuid(7, 0)
    var cr4: UInt64 = 1 << 5 | 1 << 7 | 1 << 9 | 1 << 10  // PAE, PGE, OSFXSR, OSXMMEXCPT
    if leaf7.ebx & (1 << 7) != 0 { cr4 |= 1 << 20 }  // SMEP
    guard leaf7.ebx & (1 << 20) != 0 else { Panic.stop("the CPU has no SMAP; try -cpu max") }
    cr4 |= 1 << 21
    apus_write_cr4(cr4)
    apus_write_cr0((apus_read_cr0() | 1 << 16 | 1 << 5 | 2) & ~(1 << 2 | 1 << 3))  // WP, NE, MP; no EM, no TS
    setSystemCallEntry()
  }

  private static func setSystemCallEntry() {
    apus_wrmsr(0xc000_0080, apus_rdmsr(0xc000_0080) | 1 | 1 << 11)  // EFER: SCE, NXE
    apus_wrmsr(0xc000_0081, 0x0010_0008 << 32)  // STAR: sysret and syscall selectors
    apus_wrmsr(0xc000_0082, apus_address_syscall_entry())  // LSTAR
    apus_wrmsr(0xc000_0084, 0x4_7700)  // FMASK: IF, TF, DF, IOPL, NT, AC
  }

  static func setCPUBlock(_ block: UnsafeMutablePointer<apus_percpu>) {
    apus_wrmsr(0xc000_0101, UInt64(UInt(bitPattern: block)))  // GS base
    apus_wrmsr(0xc000_0102, 0)  // user's GS base, swapped in on return
  }

  static func setThreadPointer(_ value: UInt64) { apus_wrmsr(0xc000_0100, value) }
}
