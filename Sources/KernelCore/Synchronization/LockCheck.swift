// What a checked build knows of locks: which each CPU holds, since when, and whether the next may be taken.
//
// A violation is a panic that names both sites: where the lock in the way was taken, and where this one was asked for.
// The list is its CPU's own; an interrupt sees an empty one, for it may take locks of any rank that are not held here.

#if APUS_CHECKED
  import CMachine

  public enum LockCheck {
    /// Before waiting: what would be a dead-lock must be said and not waited for.
    @inline(never)
    public static func willAcquire(_ lock: UnsafeRawPointer, _ lockClass: UInt32, site: UInt64, isPlain: Bool) {
      let flags = apus_save_flags_cli()
      let cpu = apus_percpu()!
      withHeld(cpu) { held, count in
        var index = 0
        while index < count {
          if held[index].lock == lock {
            apus_lock_misused(apus_lock_taken_twice, held + index, lockClass, site)
          }
          index += 1
        }
        if isPlain, cpu.pointee.interrupt_depth > 0 {
          apus_lock_misused(apus_lock_plain_in_interrupt, nil, lockClass, site)
        }
        guard count > Int(cpu.pointee.held_base) else { return }
        let last = held + (count - 1)
        let (mine, its) = (apus_lock_rank(lockClass), apus_lock_rank(last.pointee.lock_class))
        if mine > its || last.pointee.lock_class == lockClass && apus_lock_nests(lockClass) { return }
        apus_lock_misused(apus_lock_out_of_order, last, lockClass, site)
      }
      apus_restore_flags(flags)
    }

    @inline(never)
    public static func acquired(_ lock: UnsafeRawPointer, _ lockClass: UInt32, site: UInt64) {
      let flags = apus_save_flags_cli()
      let cpu = apus_percpu()!
      withHeld(cpu) { held, count in
        guard count < 24 else { return apus_lock_misused(apus_lock_too_many, nil, lockClass, site) }
        held[count] = apus_held_lock(lock: lock, site: site, lock_class: lockClass)
        cpu.pointee.held_count += 1
      }
      apus_restore_flags(flags)
    }

    @inline(never)
    public static func released(_ lock: UnsafeRawPointer) {
      let flags = apus_save_flags_cli()
      let cpu = apus_percpu()!
      withHeld(cpu) { held, count in
        var index = count - 1
        while index >= 0, held[index].lock != lock { index -= 1 }
        guard index >= 0 else { return }
        var later = index + 1
        while later < count {
          held[later - 1] = held[later]
          later += 1
        }
        cpu.pointee.held_count -= 1
      }
      apus_restore_flags(flags)
    }

    /// The locks that this CPU holds must be none: before it sleeps or goes back to user mode.
    public static func expectNone(site: UInt64) {
      let cpu = apus_percpu()!
      withHeld(cpu) { held, count in
        if count > 0 { apus_lock_misused(apus_lock_still_held, held, held.pointee.lock_class, site) }
      }
    }

    /// Around an interrupt's handler.
    public static func enterInterrupt() -> UInt32 {
      let cpu = apus_percpu()!
      let base = cpu.pointee.held_base
      cpu.pointee.held_base = cpu.pointee.held_count
      return base
    }

    public static func leaveInterrupt(_ base: UInt32) {
      let cpu = apus_percpu()!
      cpu.pointee.held_base = base
    }

    private static func withHeld(
      _ cpu: UnsafeMutablePointer<apus_percpu>, _ body: (UnsafeMutablePointer<apus_held_lock>, Int) -> Void
    ) {
      withUnsafeMutableBytes(of: &cpu.pointee.held) {
        body($0.baseAddress!.assumingMemoryBound(to: apus_held_lock.self), Int(cpu.pointee.held_count))
      }
    }
  }
#endif
