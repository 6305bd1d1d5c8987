//! Running the Azure CLI beside a run: it does not hear the Ctrl-C that is meant for us, so that operations can be followed with a
//! fresh token after it, and it ends where the run no longer waits for it.

use std::ffi::OsStr;
use std::io;
use std::process::{Output, Stdio};

use async_trait::async_trait;
use azure_identity::Executor;
use tokio::process::Command;

/// Runs programs in a group of their own.
#[derive(Debug)]
pub(super) struct Beside;

#[async_trait]
impl Executor for Beside {
    async fn run(&self, program: &OsStr, args: &[&OsStr]) -> io::Result<Output> {
        let mut command = Command::new(program);
        command
            .args(args)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        // The keyboard's signals go to the group that has the terminal.
        #[cfg(unix)]
        command.process_group(0);
        let child = command.spawn()?;
        #[cfg(unix)]
        let leader = child.id();
        let mut output = std::pin::pin!(child.wait_with_output());
        // Behind what it waits for, so that it goes first: the leader's number is surely still its own.
        #[cfg(unix)]
        let mut group = Group(leader);
        let output = output.as_mut().await;
        #[cfg(unix)]
        group.has_ended();
        output
    }
}

/// A group of processes that ends with this value. A shell, the CLI's script and its Python are three.
#[cfg(unix)]
struct Group(Option<u32>);

#[cfg(unix)]
impl Group {
    /// There is nothing to end any more.
    fn has_ended(&mut self) {
        self.0 = None;
    }
}

#[cfg(unix)]
impl Drop for Group {
    fn drop(&mut self) {
        use rustix::process::{Pid, Signal, kill_process_group};
        let leader = self.0.and_then(|leader| i32::try_from(leader).ok());
        if let Some(leader) = leader.and_then(Pid::from_raw) {
            // One that has ended by itself needs no signal.
            let _ = kill_process_group(leader, Signal::TERM);
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::time::Duration;

    async fn shell(script: &str) -> io::Result<Output> {
        let [flag, script] = ["-c", script].map(OsStr::new);
        Beside.run(OsStr::new("/bin/sh"), &[flag, script]).await
    }

    #[tokio::test]
    async fn what_it_says_comes_back() {
        let output = shell("echo token; echo why >&2; exit 3").await.unwrap();
        assert_eq!(output.stdout, b"token\n");
        assert_eq!(output.stderr, b"why\n");
        assert_eq!(output.status.code(), Some(3));
    }

    #[tokio::test]
    async fn it_leads_a_group_of_its_own() {
        let output = shell("ps -o pgid= -p $$; echo $$").await.unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        let numbers: Vec<&str> = said.split_whitespace().collect();
        // Where there is no `ps`, there is one number.
        assert!(numbers.windows(2).all(|pair| pair[0] == pair[1]), "{said}");
    }

    #[tokio::test]
    async fn all_that_it_started_ends_where_nobody_waits_for_it() {
        let pid = std::env::temp_dir().join(format!("vmlogin-beside-{}", std::process::id()));
        let script = format!("sleep 600 & echo $! > {}; wait", pid.display());
        let begun = || std::fs::read_to_string(&pid).is_ok_and(|text| text.ends_with('\n'));
        tokio::select! {
            ended = shell(&script) => panic!("{ended:?}"),
            () = async { while !begun() { tokio::time::sleep(Duration::from_millis(5)).await } } => {}
        }
        let number = std::fs::read_to_string(&pid).unwrap();
        std::fs::remove_file(&pid).unwrap();
        let alive = format!("kill -0 {}", number.trim());
        // It is gone once it was reaped.
        while shell(&alive).await.unwrap().status.success() {
            tokio::task::yield_now().await;
        }
    }
}
