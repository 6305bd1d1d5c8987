//! Flags that several verbs take, in the groups in which they take them.

use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use vmlogin_azure::Reads;
use vmlogin_engine::address::Pattern;
use vmlogin_engine::plan::guard::GUARDS;

use super::values::{read_duration, read_rate, read_set, read_verbosity};
use super::words::{Auth, Color, FailOn, MaxFailures, Progress, one_of};
use crate::session::STATE;

/// The manifest.
#[derive(Debug, Args)]
pub(crate) struct InputArgs {
    /// A file of the manifest; several make one manifest [default: ./estate.kdl]
    #[arg(short = 'f', value_name = "PATH", help_heading = "Manifest")]
    pub files: Vec<PathBuf>,
    /// A value for a `param` of the manifest
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = read_set, help_heading = "Manifest")]
    pub sets: Vec<(String, String)>,
}

/// What of the manifest.
#[derive(Debug, Args)]
pub(crate) struct SelectionArgs {
    /// Only this address, what lies beneath it and what that needs; `*` stands for anything
    #[arg(long = "target", env = "VMLOGIN_TARGET", value_name = "ADDRESS", value_delimiter = '\n', value_parser = Pattern::parse, help_heading = "Selection")]
    pub targets: Vec<Pattern>,
    /// Not this address nor what lies beneath it
    #[arg(long = "exclude", env = "VMLOGIN_EXCLUDE", value_name = "ADDRESS", value_delimiter = '\n', value_parser = Pattern::parse, help_heading = "Selection")]
    pub excludes: Vec<Pattern>,
}

/// Where "live" comes from, and how hard it is asked.
#[derive(Debug, Args)]
pub(crate) struct LiveArgs {
    /// Use the built-in emulator instead of Azure; its state is kept in FILE, or is that of the server at URL [default: .vmlogin/sandbox.json]
    #[arg(long, env = "VMLOGIN_SANDBOX", value_name = "FILE|URL", num_args = 0..=1, require_equals = true, default_missing_value = STATE, help_heading = "Azure")]
    pub sandbox: Option<String>,
    /// Certificate authority (PEM) of a sandbox that speaks https
    #[arg(long, env = "VMLOGIN_CA", value_name = "FILE", help_heading = "Azure")]
    pub ca: Option<PathBuf>,
    /// How to sign in [default: auto]
    #[arg(long, env = "VMLOGIN_AUTH", value_parser = one_of::<Auth>(), help_heading = "Azure")]
    pub auth: Option<Auth>,
    /// How things are read
    #[arg(long, env = "VMLOGIN_READS", value_name = "HOW", value_parser = one_of::<Reads>(), default_value = "auto", help_heading = "Azure")]
    pub reads: Reads,
    /// Ask each machine itself about its extensions
    ///
    /// With many machines, their extensions are read from Resource Graph, which lags behind by some seconds: an extension that was removed
    /// a moment ago may still be seen there, and a plan then says that nothing is to be done. Every change that a plan shows was
    /// confirmed by a reading of the machine itself. With this flag Resource Graph is not asked at all: one request for each machine.
    #[arg(long, env = "VMLOGIN_FRESH", value_parser = clap::builder::BoolishValueParser::new(), help_heading = "Azure")]
    pub fresh: bool,
    /// How many requests a second are sent to each tenant at most [default: what Azure's own limits allow]
    #[arg(long, env = "VMLOGIN_MAX_RPS", value_name = "N", value_parser = read_rate, help_heading = "Azure")]
    pub max_rps: Option<NonZeroU32>,
    /// How many requests and steps run at once
    #[arg(long, env = "VMLOGIN_PARALLELISM", value_name = "N", default_value = "64", value_parser = clap::value_parser!(u16).range(1..=256), help_heading = "Azure")]
    pub parallelism: u16,
    /// When to stop, such as 90s, 30m or 1h30m: nothing new starts, running operations are awaited
    #[arg(long, env = "VMLOGIN_TIMEOUT", value_name = "DURATION", value_parser = read_duration, help_heading = "Azure")]
    pub timeout: Option<Duration>,
}

/// How much the findings of rules weigh.
#[derive(Debug, Args)]
pub(crate) struct RuleArgs {
    /// Let the findings of this rule pass: they are shown, and block nothing
    #[arg(
        long,
        env = "VMLOGIN_ALLOW",
        value_name = "RULE",
        value_delimiter = '\n',
        help_heading = "Rules"
    )]
    pub allow: Vec<String>,
    /// Make the findings of this rule errors, which block what they are about
    #[arg(
        long,
        env = "VMLOGIN_DENY",
        value_name = "RULE",
        value_delimiter = '\n',
        help_heading = "Rules"
    )]
    pub deny: Vec<String>,
    /// What makes validate and plan exit with 4; with `warn`, apply does not begin
    #[arg(long, env = "VMLOGIN_FAIL_ON", value_name = "WEIGHT", value_parser = one_of::<FailOn>(), default_value = "error", help_heading = "Rules")]
    pub fail_on: FailOn,
}

/// What is agreed to beforehand.
#[derive(Debug, Args)]
pub(crate) struct ConsentArgs {
    /// What to lift; once for each.
    #[arg(
        long,
        help = accept_help(), long_help = accept_long_help(),
        env = "VMLOGIN_ACCEPT",
        value_name = "GUARD[=N|=ADDRESS]",
        value_delimiter = '\n',
        help_heading = "Consent"
    )]
    pub accept: Vec<String>,
    /// Do not ask; needed where stdin is no terminal
    #[arg(long, env = "VMLOGIN_YES", value_parser = clap::builder::BoolishValueParser::new(), help_heading = "Consent")]
    pub yes: bool,
}

/// When a run that writes stops by itself.
#[derive(Debug, Args)]
pub(crate) struct GivingUpArgs {
    /// How many steps may fail, such as 5 or 10% of the plan: then nothing new starts, running operations are awaited
    #[arg(
        long,
        env = "VMLOGIN_MAX_FAILURES",
        value_name = "N|N%",
        help_heading = "Azure"
    )]
    pub max_failures: Option<MaxFailures>,
}

/// How screens look.
#[derive(Debug, Clone, Args)]
pub(crate) struct Look {
    /// Whether to colour
    #[arg(long, global = true, env = "VMLOGIN_COLOR", value_parser = one_of::<Color>(), default_value = "auto", hide_default_value = true, help_heading = "Screen")]
    pub color: Color,
    /// How to tell progress on stderr
    #[arg(long, global = true, env = "VMLOGIN_PROGRESS", value_parser = one_of::<Progress>(), default_value = "auto", hide_default_value = true, help_heading = "Screen")]
    pub progress: Progress,
    /// Say only results and what is wrong
    #[arg(short, long, global = true, env = "VMLOGIN_QUIET", value_parser = clap::builder::BoolishValueParser::new(), conflicts_with = "verbose", help_heading = "Screen")]
    pub quiet: bool,
    /// Say more: why steps wait, what is unchanged, every folded address; given twice, every request too
    #[arg(short, long, global = true, env = "VMLOGIN_VERBOSE", action = clap::ArgAction::Count, value_parser = read_verbosity, help_heading = "Screen")]
    pub verbose: u8,
}

impl Look {
    /// Whether to say more.
    pub(crate) fn is_verbose(&self) -> bool {
        self.verbose > 0
    }

    /// Whether to tell of every request.
    pub(crate) fn traces(&self) -> bool {
        self.verbose > 1
    }
}

/// The long help of `--accept`: when each guard refuses.
fn accept_long_help() -> String {
    let mut help = format!(
        "{}\n\n`plan` says beforehand what would be refused. `vmlogin explain GUARD` tells more of one.\n",
        "Lift one guard by its name, again for each"
    );
    for guard in GUARDS {
        help.push_str(&format!("\n  {}\n      {}", guard.written(), guard.title));
    }
    help
}

/// The help of `--accept`: every guard as it is written.
fn accept_help() -> String {
    let guards = GUARDS.iter().map(|guard| guard.written());
    let guards: Vec<String> = guards.collect();
    format!(
        "Lift one guard by its name, again for each: {}",
        guards.join(", ")
    )
}
