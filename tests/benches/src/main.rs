//! Figures of this machine as a table: `just bench`. Each is a ratio against a rival that runs beside, where there is one.
//!
//! Times are the fastest of some runs of a whole process, memory is its peak as sampled from `/proc`. Nothing here passes or fails.

#![expect(clippy::print_stdout, reason = "a bench prints a table")]

mod estate;
mod process;

use std::error::Error;
use std::path::Path;

use process::{Cost, measure};

/// How often each command runs; the fastest counts.
const RUNS: usize = 5;

/// Estates that are measured, in machines.
const SIZES: [usize; 3] = [1_000, 5_000, 10_000];

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    // The rival runs in a process of its own, so that its memory can be seen.
    if let [word, file] = arguments.as_slice()
        && word == "kdl-alone"
    {
        let document: kdl::KdlDocument = std::fs::read_to_string(file)?.parse()?;
        println!("{} nodes", document.nodes().len());
        return Ok(());
    }
    let vmlogin = arguments
        .first()
        .ok_or("name the binary to measure: target/release/vmlogin")?;
    let itself = std::env::current_exe()?;
    let folder = tempfile::tempdir()?;
    println!(
        "| validate, machines | text | wall | peak memory | kdl alone: wall | memory | ratio of wall | of memory |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    for machines in SIZES {
        let file = folder.path().join(format!("{machines}.kdl"));
        let text = estate::manifest(machines);
        std::fs::write(&file, &text)?;
        let ours = measure(
            RUNS,
            Path::new(vmlogin),
            &["validate".as_ref(), "-f".as_ref(), file.as_os_str()],
        )?;
        let rival = measure(RUNS, &itself, &["kdl-alone".as_ref(), file.as_os_str()])?;
        println!("{}", row(machines, text.len(), &ours, &rival));
    }
    Ok(())
}

fn row(machines: usize, bytes: usize, ours: &Cost, rival: &Cost) -> String {
    format!(
        "| {machines} | {:.1} MB | {:.0} ms | {:.0} MB | {:.0} ms | {:.0} MB | {:.2} | {:.2} |",
        megabytes(bytes),
        ours.wall.as_secs_f64() * 1e3,
        megabytes(ours.peak),
        rival.wall.as_secs_f64() * 1e3,
        megabytes(rival.peak),
        ours.wall.as_secs_f64() / rival.wall.as_secs_f64(),
        megabytes(ours.peak) / megabytes(rival.peak),
    )
}

#[expect(clippy::cast_precision_loss, reason = "a figure of three digits")]
fn megabytes(bytes: usize) -> f64 {
    bytes as f64 / 1e6
}
