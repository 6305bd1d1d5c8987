//! `plan` of an estate of which nothing is there, and of one where nothing is left to do.

use std::error::Error;
use std::path::Path;

use crate::figures::{megabytes, ratio, time};
use crate::process::{Cost, measure_to};
use crate::server::{Requests, Server};
use crate::site::Site;

/// Prints the table: how much more each size takes for a machine than the one before stands behind a figure.
pub(crate) fn table(vmlogin: &Path, folder: &Path, sizes: &[usize]) -> Result<(), Box<dyn Error>> {
    println!(
        "| plan, machines | requests | per machine × | CPU | per machine × | peak memory | per machine × | wall |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    for (what, code) in [("new", 2), ("converged", 0)] {
        let mut before = None;
        for &machines in sizes {
            let site = Site {
                machines,
                grant_each: false,
            };
            let seed = match code {
                0 => site.converged(),
                _ => site.nothing_there(),
            };
            let server = Server::start(vmlogin, folder, &seed, &[])?;
            let figures = planned(vmlogin, folder, &server, &site.manifest(), code)?;
            println!("{}", row(machines, what, &figures, before.as_ref()));
            before = Some((machines, figures));
        }
    }
    Ok(())
}

/// The cost of a plan that ends with a code, and what it asked.
pub(crate) fn planned(
    vmlogin: &Path,
    folder: &Path,
    server: &Server,
    manifest: &str,
    code: i32,
) -> Result<(Requests, Cost), Box<dyn Error>> {
    let file = folder.join("plan.kdl");
    std::fs::write(&file, manifest)?;
    server.take_requests()?;
    let sandbox = server.argument();
    let arguments = [
        "plan".as_ref(),
        "--detailed-exitcode".as_ref(),
        sandbox.as_ref(),
        "-f".as_ref(),
        file.as_os_str(),
    ];
    let cost = measure_to(code, 1, vmlogin, &arguments)?;
    Ok((server.take_requests()?, cost))
}

fn row(
    machines: usize,
    what: &str,
    (requests, cost): &(Requests, Cost),
    before: Option<&(usize, (Requests, Cost))>,
) -> String {
    let grown = |now: f64, then: fn(&(Requests, Cost)) -> f64| match before {
        None => "–".to_owned(),
        Some((size, figures)) => {
            format!("{:.2}", now / then(figures) / ratio(machines, *size))
        }
    };
    let asked = |(requests, _): &(Requests, Cost)| ratio(requests.all, 1);
    let took = |(_, cost): &(Requests, Cost)| cost.cpu.as_secs_f64();
    let held = |(_, cost): &(Requests, Cost)| megabytes(cost.peak);
    format!(
        "| {machines} {what} | {} | {} | {} | {} | {:.0} MB | {} | {} |",
        requests.all,
        grown(ratio(requests.all, 1), asked),
        time(cost.cpu),
        grown(cost.cpu.as_secs_f64(), took),
        megabytes(cost.peak),
        grown(megabytes(cost.peak), held),
        time(cost.wall),
    )
}
