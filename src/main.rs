//! The entry point of the program.

use std::process::ExitCode;

/// The C library keeps a heap for each thread and gives little back: a scrape of 50,000 records took twice the memory.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    gleaner::cli::main()
}
