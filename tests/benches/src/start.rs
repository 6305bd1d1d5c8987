//! How long the smallest run takes.

use std::error::Error;
use std::path::Path;

use crate::figures::{megabytes, time};
use crate::process::measure;

/// How often it runs; the fastest counts.
const RUNS: usize = 20;

/// Prints the table.
pub(crate) fn table(vmlogin: &Path) -> Result<(), Box<dyn Error>> {
    println!("| cold start | wall | peak memory |");
    println!("|---|---|---|");
    for words in [["--help"], ["--version"]] {
        let cost = measure(RUNS, vmlogin, &words.map(AsRef::as_ref))?;
        let memory = megabytes(cost.peak);
        println!(
            "| `vmlogin {}` | {} | {memory:.1} MB |",
            words[0],
            time(cost.wall)
        );
    }
    Ok(())
}
