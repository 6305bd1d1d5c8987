//! A folder with files, in which the real binary runs and whose screens are compared whole.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value as Json;
use tempfile::TempDir;

/// The binary under test.
const VMLOGIN: &str = env!("CARGO_BIN_EXE_vmlogin");

/// A folder of its own, and everything that is run in it.
pub(crate) struct Stage {
    folder: TempDir,
}

impl Stage {
    /// An empty folder.
    pub(crate) fn empty() -> Stage {
        Stage {
            folder: tempfile::tempdir().expect("a temporary folder"),
        }
    }

    /// A folder with a manifest, and a seed beside it.
    pub(crate) fn new(manifest: &str, seed: &str) -> Stage {
        Stage::empty()
            .with("estate.kdl", manifest)
            .with("sandbox.kdl", seed)
    }

    /// Writes a file, and the folders on the way to it.
    pub(crate) fn with(self, name: &str, text: &str) -> Stage {
        self.write(name, text);
        self
    }

    /// Writes a file over an older one.
    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
        std::fs::write(path, text).expect("a file");
    }

    /// The path of a file in the folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The command line, ready to run: nothing of the caller's environment reaches it that could change a screen.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(VMLOGIN);
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.folder.path())
            .env("COLUMNS", "100")
            .env("NO_COLOR", "1")
            // One step after the other: the lines of progress and the sandbox's ids come in the same order each time.
            .env("VMLOGIN_PARALLELISM", "1")
            .stdin(Stdio::null());
        command
    }

    /// Runs to the end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Screen {
        self.finish(self.command(arguments))
    }

    /// Runs arguments as a shell reads them.
    pub(crate) fn shell(&self, arguments: &str) -> Screen {
        let ours = self.command(&[]);
        let mut command = Command::new("/bin/sh");
        command
            .args(["-c", &format!("exec '{VMLOGIN}' {arguments}")])
            .current_dir(self.folder.path())
            .env_clear()
            .envs(
                ours.get_envs()
                    .filter_map(|(name, value)| Some((name, value?))),
            )
            .stdin(Stdio::null());
        self.finish(command)
    }

    /// Runs against the sandbox in the folder, whose state stays for the next run.
    pub(crate) fn sandbox(&self, arguments: &[&str]) -> Screen {
        let mut all = arguments.to_vec();
        all.push("--sandbox");
        self.run(&all)
    }

    /// Runs a prepared command to the end.
    pub(crate) fn finish(&self, mut command: Command) -> Screen {
        let output = command.output().expect("the binary runs");
        Screen {
            code: output.status.code(),
            stdout: self.settled(&String::from_utf8(output.stdout).expect("UTF-8 on stdout")),
            stderr: self.settled(&String::from_utf8(output.stderr).expect("UTF-8 on stderr")),
        }
    }

    /// The sandbox's state, as it stands in the file.
    pub(crate) fn state(&self) -> Json {
        let text = std::fs::read_to_string(self.path(".vmlogin/sandbox.json")).expect("a state");
        serde_json::from_str(&text).expect("JSON")
    }

    /// Changes the sandbox's state behind everybody's back.
    pub(crate) fn change_state(&self, change: impl FnOnce(&mut Json)) {
        let mut state = self.state();
        change(&mut state);
        let text = serde_json::to_string_pretty(&state).expect("JSON");
        std::fs::write(self.path(".vmlogin/sandbox.json"), text).expect("a state");
    }

    /// Replaces what differs from run to run: folders, ports, times, request ids.
    fn settled(&self, text: &str) -> String {
        let folder = self.folder.path().display().to_string();
        let repository = repository().display().to_string();
        let text = text
            .replace(&folder, "[FOLDER]")
            .replace(&repository, "[REPOSITORY]");
        let text = replace_after(&text, "127.0.0.1:", "[PORT]", |letter| {
            letter.is_ascii_digit()
        });
        let text = replace_after(&text, "request id: ", "[ID]", |letter| {
            letter.is_ascii_hexdigit() || letter == '-'
        });
        let text = replace_after(&text, "correlation id: ", "[ID]", |letter| {
            letter.is_ascii_hexdigit() || letter == '-'
        });
        let text = replace_after(&text, "created 20", "[TIME]", |letter| {
            letter.is_ascii_digit() || "-:.TZ".contains(letter)
        });
        settle_seconds(&text)
    }
}

/// Replaces the run of `letters` behind each `mark`.
fn replace_after(text: &str, mark: &str, with: &str, letters: impl Fn(char) -> bool) -> String {
    let mut parts = text.split(mark);
    let mut settled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        settled.push_str(mark);
        settled.push_str(with);
        settled.push_str(part.trim_start_matches(&letters));
    }
    settled
}

/// `(3 s)` at the end of a step becomes `([TIME])`.
fn settle_seconds(text: &str) -> String {
    let lines: Vec<String> = text
        .lines()
        .map(|line| match (line.rfind(" ("), line.rfind(" s)")) {
            (Some(open), Some(close))
                if open < close
                    && line[open + 2..close]
                        .chars()
                        .all(|letter| letter.is_ascii_digit()) =>
            {
                format!("{} ([TIME]){}", &line[..open], &line[close + 3..])
            }
            _ => line.to_owned(),
        })
        .collect();
    let end = if text.ends_with('\n') { "\n" } else { "" };
    lines.join("\n") + end
}

/// What a run left: its exit code and both streams.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Screen {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Screen {
    /// Fails with the whole screen where the code is another.
    #[track_caller]
    pub(crate) fn expect(self, code: i32) -> Screen {
        assert_eq!(self.code, Some(code), "{self}");
        self
    }

    /// Whether a text stands on either stream.
    pub(crate) fn says(&self, text: &str) -> bool {
        self.stdout.contains(text) || self.stderr.contains(text)
    }
}

impl fmt::Display for Screen {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let code = self
            .code
            .map_or_else(|| "none (a signal)".to_owned(), |code| code.to_string());
        writeln!(out, "exit {code}")?;
        for (name, text) in [("stdout", &self.stdout), ("stderr", &self.stderr)] {
            if !text.is_empty() {
                writeln!(out, "--- {name}")?;
                for line in text.lines() {
                    writeln!(out, "{}", line.trim_end())?;
                }
            }
        }
        Ok(())
    }
}

/// A sandbox that runs as a server of its own until it is dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) url: String,
    pub(crate) ca: Option<String>,
}

impl Server {
    /// Starts `vmlogin sandbox serve` in the stage's folder and waits for its line.
    pub(crate) fn start(stage: &Stage, arguments: &[&str]) -> Server {
        use std::io::{BufRead, BufReader};
        let mut command = stage.command(&["sandbox", "serve"]);
        let mut child = command
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the binary runs");
        let mut line = String::new();
        let stdout = child.stdout.take().expect("a pipe");
        BufReader::new(stdout)
            .read_line(&mut line)
            .expect("a line when ready");
        let ready: Json =
            serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
        Server {
            child,
            url: ready["url"].as_str().expect("a URL").to_owned(),
            ca: ready["ca"].as_str().map(str::to_owned),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The state is written after each write, so ending it hard loses nothing.
        self.child.kill().expect("it can be ended");
        self.child.wait().expect("it ends");
    }
}

/// The repository's root.
pub(crate) fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("cli lies in the repository")
}
