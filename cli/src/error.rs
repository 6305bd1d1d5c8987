//! Why a run ended before its verb had a result, with what is written about it and the code that it ends with.

use std::error::Error as _;
use std::path::PathBuf;

use vmlogin_engine::plan::saved::Difference;
use vmlogin_engine::problem::Problem;
use vmlogin_engine::provider::Fault;
use vmlogin_engine::source::Sources;
use vmlogin_sandbox::SandboxError;

use crate::exit::Exit;
use crate::render::{Paint, View, fault, problems, prose, stale};

/// Why a run ended early.
#[derive(Debug)]
pub(crate) enum Error {
    /// The manifest, or a seed, is wrong.
    Problems {
        /// What is wrong.
        problems: Vec<Problem>,
        /// The texts that it is wrong in.
        sources: Sources,
    },
    /// The command line cannot be done as it stands.
    Usage {
        /// What is wrong.
        message: String,
        /// What to do.
        help: String,
    },
    /// The cloud answered wrongly.
    Fault(Box<Fault>),
    /// The embedded sandbox could not run.
    Sandbox(SandboxError),
    /// A file that was named could not be used.
    File {
        /// What was attempted: "read the certificates".
        attempted: &'static str,
        /// The file.
        path: PathBuf,
        /// Why not.
        cause: std::io::Error,
    },
    /// A secret that the writes need is not there, or is none that Azure takes.
    Secret {
        /// Which, and why.
        message: String,
        /// What to do.
        help: String,
    },
    /// A saved plan must not be applied.
    SavedPlan {
        /// Which, and why.
        message: String,
        /// Where planning anew comes to something else.
        differences: Vec<Difference>,
        /// What to do.
        help: String,
    },
    /// A signal came before anything was written.
    Stopped(Exit),
    /// `--timeout` passed before anything was written.
    OutOfTime,
    /// The question was not answered with yes.
    NotAgreed,
    /// The machine would not give what every program needs: threads, signals.
    System {
        /// What was attempted.
        attempted: &'static str,
        /// Why not.
        cause: std::io::Error,
    },
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Error {
        Error::Fault(Box::new(fault))
    }
}

impl From<SandboxError> for Error {
    fn from(error: SandboxError) -> Error {
        Error::Sandbox(error)
    }
}

impl Error {
    /// A command line that cannot be done as it stands.
    pub(crate) fn usage(message: impl Into<String>, help: impl Into<String>) -> Error {
        Error::Usage {
            message: message.into(),
            help: help.into(),
        }
    }

    /// The code that the run ends with.
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Error::Problems { .. } => Exit::ManifestInvalid,
            Error::Usage { .. } => Exit::Usage,
            Error::SavedPlan { .. } => Exit::StalePlan,
            Error::Fault(fault) => Exit::of_fault(fault),
            Error::Stopped(exit) => *exit,
            Error::OutOfTime => Exit::OutOfTime,
            Error::Sandbox(_)
            | Error::File { .. }
            | Error::Secret { .. }
            | Error::NotAgreed
            | Error::System { .. } => Exit::Error,
        }
    }

    /// What it comes to in one sentence.
    pub(crate) fn summary(&self) -> String {
        match self {
            Error::Problems { problems, .. } => problems
                .first()
                .map_or_else(String::new, |problem| problem.message.clone()),
            Error::Usage { message, .. }
            | Error::Secret { message, .. }
            | Error::SavedPlan { message, .. } => message.clone(),
            Error::Fault(of_cloud) => of_cloud.to_string(),
            Error::Sandbox(error) => std::iter::once(error.to_string())
                .chain(causes(error))
                .collect::<Vec<_>>()
                .join(": "),
            Error::File {
                attempted,
                path,
                cause,
            } => format!("could not {attempted} `{}`: {cause}", path.display()),
            Error::Stopped(_) => "stopped".to_owned(),
            Error::OutOfTime => "the time of `--timeout` passed".to_owned(),
            Error::NotAgreed => "not agreed to".to_owned(),
            Error::System { attempted, cause } => format!("could not {attempted}: {cause}"),
        }
    }

    /// What is written to stderr.
    pub(crate) fn text(&self, view: View) -> String {
        match self {
            Error::Problems { problems, sources } => problems::text(problems, sources, view),
            Error::Usage { message, help } | Error::Secret { message, help } => {
                said(view, message, &[], Some(help))
            }
            Error::SavedPlan {
                message,
                differences,
                help,
            } => {
                let mut text = said(view, message, &[], None);
                text.push_str(&stale::text(differences, view));
                text.push_str(&prose::prose(view, 2, &format!("help: {help}")));
                text
            }
            Error::Fault(of_cloud) => fault::text(of_cloud, view),
            Error::Sandbox(error) => said(view, &error.to_string(), &causes(error), None),
            Error::File {
                attempted,
                path,
                cause,
            } => said(
                view,
                &format!("could not {attempted} `{}`", path.display()),
                &[cause.to_string()],
                None,
            ),
            Error::Stopped(_) => said(view, "stopped before anything was written", &[], None),
            Error::OutOfTime => said(
                view,
                "the time of `--timeout` passed before anything was written",
                &[],
                Some("give it more, or run it again"),
            ),
            Error::NotAgreed => said(view, "not agreed to: nothing was done", &[], None),
            Error::System { attempted, cause } => said(
                view,
                &format!("could not {attempted}"),
                &[cause.to_string()],
                None,
            ),
        }
    }
}

/// The causes underneath, outermost first.
fn causes(error: &SandboxError) -> Vec<String> {
    std::iter::successors(error.source(), |cause: &&dyn std::error::Error| {
        (*cause).source()
    })
    .map(|cause| cause.to_string())
    .collect()
}

fn said(view: View, message: &str, causes: &[String], help: Option<&str>) -> String {
    let mut text = prose::headed(view, 0, "error:", Paint::removed, message);
    for cause in causes {
        text.push_str(&prose::prose(view, 2, &format!("because: {cause}")));
    }
    if let Some(help) = help {
        text.push_str(&prose::prose(view, 2, &format!("help: {help}")));
    }
    text
}
