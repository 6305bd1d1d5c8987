//! How long an apply takes where operations take time and Azure's limits hold, beside the shortest that is possible.
//!
//! Measured is the whole process, from its start to its end: the survey, the plan and all writes; without the look afterwards
//! (`--verify=none`). Each machine is an interface, a machine and a login; a network and its subnet come before those of its
//! group, the group's two grants after them. Every operation takes five seconds, whatever it does; how long a client waits before it
//! asks is what the answers name, as recorded of Azure: 3 s for a network, then 10 s where it asked too early, 10 s for a machine.

use std::error::Error;
use std::ffi::OsStr;
use std::path::Path;
use std::time::Duration;

use crate::figures::{ratio, time};
use crate::process::measure;
use crate::server::{Requests, Server};
use crate::site::Site;

/// Machines of the estates.
const MACHINES: [usize; 2] = [100, 500];

/// How long each operation takes.
const LATENCY: Duration = Duration::from_secs(5);

/// Tokens of writes, and how many come back each second.
const WRITES: (f64, f64) = (200.0, 10.0);

/// Operations one after the other before the first write for a machine: the network, its subnet.
const BEFORE: u32 = 2;

/// Operations of a machine: its interface, itself, its login.
const OF_A_MACHINE: u32 = 3;

/// The shortest that is possible.
#[derive(Debug, Clone, Copy)]
struct Bound {
    /// What has to go one after the other for one machine, each for as long as its operation takes.
    critical_path: f64,
    /// All writes, as fast as Azure takes them from the start.
    quota: f64,
    /// The machines' writes as fast as Azure takes them, after what comes before the first and with the operation of the last.
    both: f64,
}

impl Bound {
    fn of(machines: usize, writes: usize) -> Bound {
        let latency = LATENCY.as_secs_f64();
        let before = f64::from(BEFORE) * latency;
        let own = ratio(machines, 1) * f64::from(OF_A_MACHINE);
        let critical_path = before + f64::from(OF_A_MACHINE) * latency;
        Bound {
            critical_path,
            quota: refilled(ratio(writes, 1)),
            both: critical_path.max(before + refilled(own) + latency),
        }
    }

    /// The longer of the first two.
    fn simple(self) -> f64 {
        self.critical_path.max(self.quota)
    }
}

/// Until the last of so many writes may leave, from a full bucket.
fn refilled(writes: f64) -> f64 {
    ((writes - WRITES.0) / WRITES.1).max(0.0)
}

/// Prints the table.
pub(crate) fn table(vmlogin: &Path, folder: &Path) -> Result<(), Box<dyn Error>> {
    println!(
        "| apply, machines | writes | requests | refused (429) | makespan | critical path | write quota | over the longer | both after each other | over that |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|");
    for machines in MACHINES {
        let (wall, requests) = applied(vmlogin, folder, machines)?;
        let bound = Bound::of(machines, requests.writes);
        let over = |bound: f64| (wall.as_secs_f64() / bound - 1.0) * 100.0;
        println!(
            "| {machines} | {} | {} | {} | {} | {:.1} s | {:.1} s | {:+.0} % | {:.1} s | {:+.0} % |",
            requests.writes,
            requests.all,
            requests.refused,
            time(wall),
            bound.critical_path,
            bound.quota,
            over(bound.simple()),
            bound.both,
            over(bound.both),
        );
    }
    Ok(())
}

fn applied(
    vmlogin: &Path,
    folder: &Path,
    machines: usize,
) -> Result<(Duration, Requests), Box<dyn Error>> {
    let site = Site {
        machines,
        grant_each: false,
    };
    let latency = LATENCY.as_millis().to_string();
    let limits = ["--latency", &latency, "--limits", "arm"];
    let server = Server::start(vmlogin, folder, &site.nothing_there(), &limits)?;
    let file = folder.join("apply.kdl");
    std::fs::write(&file, site.manifest())?;
    let sandbox = server.argument();
    let words = [
        "apply",
        "--yes",
        "--verify=none",
        "--parallelism=256",
        &sandbox,
        "-f",
    ];
    let mut arguments: Vec<&OsStr> = words.iter().map(AsRef::as_ref).collect();
    arguments.push(file.as_os_str());
    let cost = measure(1, vmlogin, &arguments)?;
    Ok((cost.wall, server.take_requests()?))
}
