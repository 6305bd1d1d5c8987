//! What a whole process costs, as `/proc` tells it.

use std::ffi::OsStr;
use std::io;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The cost of a command.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cost {
    /// The fastest run.
    pub(crate) wall: Duration,
    /// User and system time of the run that had least of it; to the hundredth of a second.
    pub(crate) cpu: Duration,
    /// The largest resident set of any run, in bytes.
    pub(crate) peak: usize,
}

/// How often a running command is looked at.
const SAMPLE: Duration = Duration::from_millis(1);

/// The kernel's tick in `/proc`, whatever the machine.
const TICK: Duration = Duration::from_millis(10);

/// Runs a command some times to its end. One that fails is an error: its time would say nothing.
pub(crate) fn measure(runs: usize, program: &Path, arguments: &[&OsStr]) -> io::Result<Cost> {
    measure_to(0, runs, program, arguments)
}

/// The same with another exit code than 0.
pub(crate) fn measure_to(
    code: i32,
    runs: usize,
    program: &Path,
    arguments: &[&OsStr],
) -> io::Result<Cost> {
    let mut cost = Cost {
        wall: Duration::MAX,
        cpu: Duration::MAX,
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
        let mut cpu = Duration::ZERO;
        loop {
            cost.peak = cost.peak.max(peak_of(&child));
            // One that has ended is there until it is waited for, with all that it took.
            let Some((state, ticks)) = stat_of(&child) else {
                break;
            };
            cpu = TICK * ticks;
            if state == "Z" {
                break;
            }
            std::thread::sleep(SAMPLE);
        }
        let status = child.wait()?;
        cost.wall = cost.wall.min(begun.elapsed());
        cost.cpu = cost.cpu.min(cpu);
        if status.code() != Some(code) {
            return Err(io::Error::other(format!(
                "{} {arguments:?} ended with {status}, not {code}",
                program.display()
            )));
        }
    }
    Ok(cost)
}

/// State, and ticks of user and system time.
fn stat_of(child: &Child) -> Option<(String, u32)> {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", child.id())).ok()?;
    // The name in parentheses may hold anything.
    let (_, rest) = stat.rsplit_once(')')?;
    let words: Vec<&str> = rest.split_whitespace().collect();
    let ticks = |at: usize| words.get(at)?.parse::<u32>().ok();
    Some(((*words.first()?).to_owned(), ticks(11)? + ticks(12)?))
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
