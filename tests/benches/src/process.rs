//! What a whole process costs.

use std::ffi::OsStr;
use std::io;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The cost of a command.
pub(crate) struct Cost {
    /// The fastest run.
    pub(crate) wall: Duration,
    /// The largest resident set of any run, in bytes.
    pub(crate) peak: usize,
}

/// How often the memory of a running command is looked at.
const SAMPLE: Duration = Duration::from_millis(1);

/// Runs a command some times to its end. One that fails is an error: its time would say nothing.
pub(crate) fn measure(runs: usize, program: &Path, arguments: &[&OsStr]) -> io::Result<Cost> {
    let mut cost = Cost {
        wall: Duration::MAX,
        peak: 0,
    };
    for _ in 0..runs {
        let begun = Instant::now();
        let mut child = Command::new(program)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let status = loop {
            cost.peak = cost.peak.max(peak_of(&child));
            match child.try_wait()? {
                Some(status) => break status,
                None => std::thread::sleep(SAMPLE),
            }
        };
        cost.wall = cost.wall.min(begun.elapsed());
        if !status.success() {
            return Err(io::Error::other(format!(
                "{} ended with {status}",
                program.display()
            )));
        }
    }
    Ok(cost)
}

/// The largest resident set so far; 0 once the process has ended, or where `/proc` does not tell.
fn peak_of(child: &Child) -> usize {
    let status =
        std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
    status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .and_then(|rest| rest.split_whitespace().next())
        .and_then(|kilobytes| kilobytes.parse::<usize>().ok())
        .map_or(0, |kilobytes| kilobytes * 1024)
}
