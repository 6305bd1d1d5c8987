//! The sandbox as a process of its own, so that what vmlogin costs is vmlogin's alone.

use std::error::Error;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// A sandbox that serves a seed until it is dropped.
pub(crate) struct Server {
    child: Child,
    log: PathBuf,
    url: String,
}

/// Requests by what they do.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Requests {
    /// All of them, those for tokens included.
    pub(crate) all: usize,
    /// PUT, PATCH and DELETE to Azure Resource Manager.
    pub(crate) writes: usize,
    /// Refused with 429.
    pub(crate) refused: usize,
}

impl Server {
    /// Starts one in a folder, with a seed and more arguments, and waits until it is ready.
    pub(crate) fn start(
        vmlogin: &Path,
        folder: &Path,
        seed: &str,
        arguments: &[&str],
    ) -> Result<Server, Box<dyn Error>> {
        let (sown, log) = (folder.join("sandbox.kdl"), folder.join("log.ndjson"));
        std::fs::write(&sown, seed)?;
        for old in [&log, &folder.join("state.json")] {
            if old.exists() {
                std::fs::remove_file(old)?;
            }
        }
        let mut child = Command::new(vmlogin)
            .args(["sandbox", "serve", "--seed"])
            .arg(&sown)
            .arg("--state")
            .arg(folder.join("state.json"))
            .arg("--log")
            .arg(&log)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let mut line = String::new();
        let stdout = child.stdout.take().ok_or("the server has no stdout")?;
        BufReader::new(stdout).read_line(&mut line)?;
        let url = line
            .split('"')
            .find(|it| it.starts_with("http"))
            .ok_or("the server did not say where it is")?
            .to_owned();
        Ok(Server { child, log, url })
    }

    /// The argument that leads a verb to it.
    pub(crate) fn argument(&self) -> String {
        format!("--sandbox={}", self.url)
    }

    /// What was asked since the last look.
    pub(crate) fn take_requests(&self) -> Result<Requests, Box<dyn Error>> {
        let mut counted = Requests::default();
        for line in BufReader::new(File::open(&self.log)?).lines() {
            let row: serde_json::Value = serde_json::from_str(&line?)?;
            let is_write = ["PUT", "PATCH", "DELETE"]
                .iter()
                .any(|it| row["method"] == *it);
            counted.all += 1;
            counted.writes += usize::from(is_write);
            counted.refused += usize::from(row["status"] == 429);
        }
        // It is opened for appending, so that what comes next begins at its front.
        File::options().write(true).open(&self.log)?.set_len(0)?;
        Ok(counted)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Nothing of it is wanted any more, and there is nobody to tell where ending it fails.
        let _killed = self.child.kill();
        let _ended = self.child.wait();
    }
}
