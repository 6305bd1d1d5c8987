//! A converged plan beside Terraform's (azurerm 5.2.0), as published in the project's figures to hold.

use std::error::Error;
use std::path::Path;

use crate::figures::{megabytes, ratio, time};
use crate::plan::planned;
use crate::process::measure;
use crate::server::Server;
use crate::site::Site;

/// What Terraform took.
struct Rival {
    machines: usize,
    requests: usize,
    /// User time, in seconds.
    cpu: f64,
    wall: f64,
    megabytes: f64,
}

const RIVALS: [Rival; 2] = [
    Rival {
        machines: 50,
        requests: 405,
        cpu: 3.4,
        wall: 2.8,
        megabytes: 204.0,
    },
    Rival {
        machines: 250,
        requests: 2005,
        cpu: 12.9,
        wall: 12.0,
        megabytes: 301.0,
    },
];

/// Prints the table. The estates are made by an apply: interface, machine, login and grant for each machine.
pub(crate) fn table(vmlogin: &Path, folder: &Path) -> Result<(), Box<dyn Error>> {
    println!(
        "| converged plan, machines | requests | Terraform | ratio | CPU | Terraform | ratio | wall | Terraform | ratio | peak memory | Terraform | ratio |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|---|---|---|");
    for rival in RIVALS {
        let site = Site {
            machines: rival.machines,
            grant_each: true,
        };
        let server = Server::start(vmlogin, folder, &site.nothing_there(), &[])?;
        let file = folder.join("apply.kdl");
        std::fs::write(&file, site.manifest())?;
        let sandbox = server.argument();
        let arguments = ["apply", "--yes", "--verify=none", sandbox.as_str(), "-f"];
        let mut arguments: Vec<&std::ffi::OsStr> = arguments.iter().map(AsRef::as_ref).collect();
        arguments.push(file.as_os_str());
        measure(1, vmlogin, &arguments)?;
        let (requests, cost) = planned(vmlogin, folder, &server, &site.manifest(), 0)?;
        let (cpu, wall) = (cost.cpu.as_secs_f64(), cost.wall.as_secs_f64());
        println!(
            "| {} | {} | {} | 1/{:.0} | {} | {} s | 1/{:.0} | {} | {} s | 1/{:.0} | {:.0} MB | {} MB | 1/{:.1} |",
            rival.machines,
            requests.all,
            rival.requests,
            ratio(rival.requests, requests.all),
            time(cost.cpu),
            rival.cpu,
            rival.cpu / cpu,
            time(cost.wall),
            rival.wall,
            rival.wall / wall,
            megabytes(cost.peak),
            rival.megabytes,
            rival.megabytes / megabytes(cost.peak),
        );
    }
    Ok(())
}
