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
        command.args(args).stdin(Stdio::null()).kill_on_drop(true);
        // The keyboard's signals go to the group that has the terminal.
        #[cfg(unix)]
        command.process_group(0);
        command.output().await
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
    async fn it_ends_where_nobody_waits_for_it() {
        let pid = std::env::temp_dir().join(format!("vmlogin-beside-{}", std::process::id()));
        let script = format!("echo $$ > {}; exec sleep 600", pid.display());
        let begun = || std::fs::read_to_string(&pid).is_ok_and(|text| text.ends_with('\n'));
        tokio::select! {
            ended = shell(&script) => panic!("{ended:?}"),
            () = async { while !begun() { tokio::time::sleep(Duration::from_millis(5)).await } } => {}
        }
        let number = std::fs::read_to_string(&pid).unwrap();
        std::fs::remove_file(&pid).unwrap();
        let alive = format!("kill -0 {}", number.trim());
        // It is gone once the runtime has reaped it.
        while shell(&alive).await.unwrap().status.success() {
            tokio::task::yield_now().await;
        }
    }
}
