//! Figures of this machine as tables: `just bench`. Each is a ratio against a rival where there is one.
//!
//! `just bench 1000 5000` takes other sizes, `just bench plan terraform` only those tables. Times are the fastest of some runs of a
//! whole process, memory is its peak as sampled from `/proc`; the sandbox runs as a process of its own. Nothing here passes or fails.

#![expect(clippy::print_stdout, reason = "a bench prints tables")]

mod estate;
mod figures;
mod makespan;
mod plan;
mod process;
mod server;
mod site;
mod start;
mod terraform;
mod validate;

use std::error::Error;
use std::path::{Path, PathBuf};

/// Estates that are measured where none are named, in machines.
const SIZES: [usize; 4] = [1_000, 5_000, 10_000, 50_000];

/// The tables, in the order in which they are printed.
const TABLES: [&str; 5] = ["start", "validate", "plan", "terraform", "makespan"];

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [word, file] = arguments.as_slice()
        && word == validate::RIVAL
    {
        return validate::rival(file);
    }
    let (vmlogin, words) = arguments
        .split_first()
        .ok_or("name the binary to measure: target/release/vmlogin")?;
    let vmlogin = PathBuf::from(vmlogin);
    let (mut sizes, mut tables) = (Vec::new(), Vec::new());
    for word in words {
        match word.parse::<usize>() {
            Ok(size) if size > 0 => sizes.push(size),
            _ if TABLES.contains(&word.as_str()) => tables.push(word.as_str()),
            _ => return Err(format!("`{word}` is neither a size nor one of {TABLES:?}").into()),
        }
    }
    if sizes.is_empty() {
        sizes = SIZES.to_vec();
    }
    let folder = tempfile::tempdir()?;
    println!("{}", machine());
    for table in TABLES {
        if !tables.is_empty() && !tables.contains(&table) {
            continue;
        }
        println!();
        print(table, &vmlogin, folder.path(), &sizes)?;
    }
    Ok(())
}

fn print(
    table: &str,
    vmlogin: &Path,
    folder: &Path,
    sizes: &[usize],
) -> Result<(), Box<dyn Error>> {
    match table {
        "start" => start::table(vmlogin),
        "validate" => validate::table(vmlogin, folder, sizes),
        "plan" => plan::table(vmlogin, folder, sizes),
        "terraform" => terraform::table(vmlogin, folder),
        _ => makespan::table(vmlogin, folder),
    }
}

/// What was measured on.
fn machine() -> String {
    let told = |file: &str, name: &str| {
        let text = std::fs::read_to_string(file).unwrap_or_default();
        let line = text.lines().find(|line| line.starts_with(name));
        let value = line.and_then(|line| line.split_once(':'));
        value.map_or("unknown".to_owned(), |(_, value)| value.trim().to_owned())
    };
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    format!(
        "{cores} cores of {}, {} of memory",
        told("/proc/cpuinfo", "model name"),
        told("/proc/meminfo", "MemTotal"),
    )
}
