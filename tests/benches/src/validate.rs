//! `validate` beside the kdl crate alone.

use std::error::Error;
use std::path::Path;

use crate::estate;
use crate::figures::megabytes;
use crate::process::{Cost, measure};

/// How often each command runs; the fastest counts.
const RUNS: usize = 5;

/// The argument with which this program is the rival: it runs in a process of its own, so that its memory can be seen.
pub(crate) const RIVAL: &str = "kdl-alone";

/// Prints the table.
pub(crate) fn table(vmlogin: &Path, folder: &Path, sizes: &[usize]) -> Result<(), Box<dyn Error>> {
    let itself = std::env::current_exe()?;
    println!(
        "| validate, machines | text | wall | peak memory | kdl alone: wall | memory | ratio of wall | of memory |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    for machines in sizes {
        let file = folder.join(format!("{machines}.kdl"));
        let text = estate::manifest(*machines);
        std::fs::write(&file, &text)?;
        let ours = measure(
            RUNS,
            vmlogin,
            &["validate".as_ref(), "-f".as_ref(), file.as_os_str()],
        )?;
        let rival = measure(RUNS, &itself, &[RIVAL.as_ref(), file.as_os_str()])?;
        println!("{}", row(*machines, text.len(), &ours, &rival));
    }
    Ok(())
}

/// Parses a file with the kdl crate.
pub(crate) fn rival(file: &str) -> Result<(), Box<dyn Error>> {
    let document: kdl::KdlDocument = std::fs::read_to_string(file)?.parse()?;
    println!("{} nodes", document.nodes().len());
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
