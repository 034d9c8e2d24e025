// SwiftPM links an executable with `--defsym main=Kernel_main` and wants this file; the real entry is `apus_main`.
