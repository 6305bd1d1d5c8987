//! What can keep a sandbox from running.

use std::net::SocketAddr;
use std::path::PathBuf;

use crate::seed::SeedError;

/// Why a sandbox did not start, or did not end well. Nothing is overwritten in any of these cases.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// The address is not of this machine.
    #[error(
        "`{listen}` is not a loopback address; the sandbox takes connections from this machine only"
    )]
    NotLoopback {
        /// What was asked for.
        listen: SocketAddr,
    },
    /// The port cannot be had.
    #[error("could not listen on `{listen}`")]
    NotListening {
        /// What was asked for.
        listen: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// The seed contradicts itself.
    #[error("the seed is not usable")]
    Seed {
        /// What is wrong.
        #[from]
        source: SeedError,
    },
    /// Another sandbox works on the same file.
    #[error("the sandbox state `{path}` is in use by {holder}; stop that one or name another file")]
    StateInUse {
        /// The state file.
        path: PathBuf,
        /// Who holds the lock.
        holder: String,
    },
    /// The file cannot be read.
    #[error("could not read the sandbox state `{path}`")]
    StateNotRead {
        /// The state file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is not what a sandbox writes.
    #[error(
        "the sandbox state `{path}` is damaged at line {line}, column {column}; nothing was changed: move the file \
         away to start afresh"
    )]
    StateDamaged {
        /// The state file.
        path: PathBuf,
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What the parser says.
        source: serde_json::Error,
    },
    /// The file was written by another version.
    #[error(
        "the sandbox state `{path}` has format {found}, this version reads {known}; nothing was changed: move the \
         file away to start afresh"
    )]
    StateFormat {
        /// The state file.
        path: PathBuf,
        /// Its format.
        found: u32,
        /// The format this version writes.
        known: u32,
    },
    /// The file cannot be written.
    #[error("could not write the sandbox state `{path}`; what it held before is untouched")]
    StateNotWritable {
        /// The state file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The log cannot be written.
    #[error("could not write the log `{path}`")]
    LogNotWritable {
        /// The log file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// No certificate could be made.
    #[error("could not make a certificate for `localhost`")]
    Certificate {
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The server ended badly.
    #[error("the sandbox server stopped unexpectedly")]
    Server {
        /// Why.
        source: std::io::Error,
    },
}
