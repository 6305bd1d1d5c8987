//! `validate` beside the kdl crate alone.

use std::error::Error;
use std::io;
use std::path::Path;

use crate::estate;
use crate::figures::megabytes;
use crate::process::{Cost, measure};

/// How often each command runs; the fastest counts.
const RUNS: usize = 5;

/// No manifest is larger.
const MOST_BYTES: usize = 10_000_000;

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
        let alike = estate::manifest(*machines);
        let unlike = estate::unlike(&alike);
        for (text, how) in [(alike, ""), (unlike, ", no two lines alike")] {
            let file = folder.join(format!("{machines}.kdl"));
            if text.len() > MOST_BYTES {
                continue;
            }
            std::fs::write(&file, &text)?;
            let ours = validate(vmlogin, &file)?;
            let rival = measure(RUNS, &itself, &[RIVAL.as_ref(), file.as_os_str()])?;
            let what = format!("{machines}{how}");
            println!("{}", row(&what, text.len(), &ours, &rival));
        }
    }
    println!();
    println!("| validate, machines in a table | text | wall | peak memory |");
    println!("|---|---|---|---|");
    for machines in sizes {
        let file = folder.join("estate.kdl");
        let table = estate::table(*machines);
        std::fs::write(folder.join("fleet.csv"), &table)?;
        std::fs::write(&file, estate::LOOPED)?;
        let ours = validate(vmlogin, &file)?;
        let bytes = table.len() + estate::LOOPED.len();
        println!("{}", looped(*machines, bytes, &ours));
    }
    Ok(())
}

fn validate(vmlogin: &Path, file: &Path) -> io::Result<Cost> {
    let arguments = ["validate".as_ref(), "-f".as_ref(), file.as_os_str()];
    measure(RUNS, vmlogin, &arguments)
}

/// Parses a file with the kdl crate.
pub(crate) fn rival(file: &str) -> Result<(), Box<dyn Error>> {
    let document: kdl::KdlDocument = std::fs::read_to_string(file)?.parse()?;
    println!("{} nodes", document.nodes().len());
    Ok(())
}

fn looped(machines: usize, bytes: usize, ours: &Cost) -> String {
    format!(
        "| {machines} | {:.1} MB | {:.0} ms | {:.0} MB |",
        megabytes(bytes),
        ours.wall.as_secs_f64() * 1e3,
        megabytes(ours.peak),
    )
}

fn row(what: &str, bytes: usize, ours: &Cost, rival: &Cost) -> String {
    format!(
        "| {what} | {:.1} MB | {:.0} ms | {:.0} MB | {:.0} ms | {:.0} MB | {:.2} | {:.2} |",
        megabytes(bytes),
        ours.wall.as_secs_f64() * 1e3,
        megabytes(ours.peak),
        rival.wall.as_secs_f64() * 1e3,
        megabytes(rival.peak),
        ours.wall.as_secs_f64() / rival.wall.as_secs_f64(),
        megabytes(ours.peak) / megabytes(rival.peak),
    )
}
