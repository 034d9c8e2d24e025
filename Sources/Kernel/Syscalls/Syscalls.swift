// The handlers of the system calls, a file per family; Table.swift says which number calls which.

/// Namespace of the handlers. A handler takes the calling thread and decoded arguments, and returns the result or
/// throws the error as its man page has it.
enum Syscalls {}
