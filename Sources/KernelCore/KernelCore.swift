import LinuxABI
