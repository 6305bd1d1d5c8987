//! How long an apply takes where operations take time and Azure's limits hold, beside the shortest that is possible.

use std::error::Error;
use std::ffi::OsStr;
use std::path::Path;

use crate::figures::{ratio, time};
use crate::process::measure;
use crate::server::{Requests, Server};
use crate::site::Site;

/// Machines of the estate.
const MACHINES: usize = 500;

/// How long each operation takes, in milliseconds.
const LATENCY: &str = "5000";

/// Tokens of writes, and how many come back each second.
const WRITES: (f64, f64) = (200.0, 10.0);

/// Prints the table. The bound is the longer one of a single machine's way and of what the quota of writes allows.
pub(crate) fn table(vmlogin: &Path, folder: &Path) -> Result<(), Box<dyn Error>> {
    println!(
        "| apply, machines | writes | requests | refused (429) | makespan | critical path | write quota | over the bound |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    let (alone, _) = applied(vmlogin, folder, 1)?;
    let (wall, requests) = applied(vmlogin, folder, MACHINES)?;
    let quota = ((ratio(requests.writes, 1) - WRITES.0) / WRITES.1).max(0.0);
    let bound = alone.as_secs_f64().max(quota);
    println!(
        "| {MACHINES} | {} | {} | {} | {} | {} | {quota:.1} s | {:+.0} % |",
        requests.writes,
        requests.all,
        requests.refused,
        time(wall),
        time(alone),
        (wall.as_secs_f64() / bound - 1.0) * 100.0,
    );
    Ok(())
}

fn applied(
    vmlogin: &Path,
    folder: &Path,
    machines: usize,
) -> Result<(std::time::Duration, Requests), Box<dyn Error>> {
    let site = Site {
        machines,
        grant_each: false,
    };
    let limits = ["--latency", LATENCY, "--limits", "arm"];
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
