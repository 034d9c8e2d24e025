// SwiftPM links an executable with `--defsym main=Bench_main` and wants this file; the real entry is `program_main`.
