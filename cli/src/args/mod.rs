//! The command line: verbs, flags, and what `--help` teaches about them.
//!
//! Doc comments on the types below are the help pages.

pub(crate) mod later;
pub(crate) mod refusal;
pub(crate) mod words;

use std::ffi::{OsStr, OsString};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::Resettable;
use clap::parser::ValueSource;
use clap::{Args, Command, CommandFactory, FromArgMatches, Parser, Subcommand};
use vmlogin_engine::address::Pattern;

pub(crate) use refusal::Refused;
use words::one_of;
pub(crate) use words::{Auth, Color, Format, GraphFormat, Progress, Verify};

use crate::exit;

/// Say in a checked-in file who can sign in to which Azure VM with their Entra ID
///
/// vmlogin reads a manifest (KDL), compares it with what Azure has, shows a plan, and
/// applies it: machine identity, login extension, role grants. Live Azure is the only
/// state. Nothing is removed that the manifest did not claim.
///
/// Try it without an account, against an emulator that is built in:
///
///   vmlogin apply -f examples/01-quickstart/estate.kdl --sandbox
#[derive(Debug, Parser)]
#[command(
    verbatim_doc_comment,
    name = "vmlogin",
    version,
    subcommand_required = true,
    arg_required_else_help = true,
    max_term_width = 100,
    subcommand_value_name = "VERB",
    subcommand_help_heading = "Verbs"
)]
pub(crate) struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub verb: Verb,
    /// How screens look.
    #[command(flatten)]
    pub look: Look,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Check the manifest without asking Azure
    ///
    /// Parses, expands and checks the manifest, and runs the rules that need nothing else. All
    /// problems of all files come in one report. Exits 0, 3 (problems) or 4 (a rule refused).
    ///
    /// Example:
    ///   vmlogin validate -f estate.kdl --set env=dev
    #[command(verbatim_doc_comment)]
    Validate(ValidateArgs),

    /// Show what apply would do
    ///
    /// Reads what Azure has, runs the rules, and shows every step with its reason. Writes
    /// nothing. Exits 4 where a rule found an error; guards that would refuse the apply are
    /// announced.
    ///
    /// Examples:
    ///   vmlogin plan
    ///   vmlogin plan --format json | jq '.steps[].address'
    ///   vmlogin plan --target 'vm:core/rg-web/*' --detailed-exitcode
    #[command(verbatim_doc_comment)]
    Plan(PlanArgs),

    /// Bring Azure in line with the manifest
    ///
    /// Shows the plan, asks, does it, and looks at what came of it. A failure stops only what
    /// depends on it. Running it again goes on where it stopped: live Azure is the only state.
    /// The first Ctrl-C lets running operations end, the second leaves.
    ///
    /// Examples:
    ///   vmlogin apply
    ///   vmlogin apply -f estate.kdl --yes --json > events.ndjson
    ///   vmlogin apply --accept max-delete=12
    #[command(verbatim_doc_comment)]
    Apply(ApplyArgs),

    /// Remove what this estate made
    ///
    /// Deletes only what carries this estate's stamp: grants first, then logins, then resource
    /// groups that hold nothing else. Adopted machines stay. Says what stays and why.
    ///
    /// Example:
    ///   vmlogin destroy -f estate.kdl
    #[command(verbatim_doc_comment)]
    Destroy(DestroyArgs),

    /// Show what waits for what, and why
    ///
    /// Needs the manifest only.
    ///
    /// Examples:
    ///   vmlogin graph
    ///   vmlogin graph --format mermaid > estate.mmd
    #[command(verbatim_doc_comment)]
    Graph(GraphArgs),

    /// Work with the built-in emulator of Azure
    ///
    /// Any verb runs against it with --sandbox; this verb runs it as a server of its own.
    #[command(verbatim_doc_comment)]
    Sandbox(SandboxArgs),
}

/// Arguments of `validate`.
#[derive(Debug, Args)]
pub(crate) struct ValidateArgs {
    /// The manifest.
    #[command(flatten)]
    pub inputs: InputArgs,
    /// Form of the result on stdout
    #[arg(long, env = "VMLOGIN_FORMAT", value_parser = one_of::<Format>(), default_value = "text")]
    pub format: Format,
}

/// Arguments of `plan`.
#[derive(Debug, Args)]
pub(crate) struct PlanArgs {
    /// The manifest.
    #[command(flatten)]
    pub inputs: InputArgs,
    /// What of it.
    #[command(flatten)]
    pub selection: SelectionArgs,
    /// Where "live" comes from.
    #[command(flatten)]
    pub live: LiveArgs,
    /// Form of the result on stdout
    #[arg(long, env = "VMLOGIN_FORMAT", value_parser = one_of::<Format>(), default_value = "text")]
    pub format: Format,
    /// Write events to stdout, one JSON object a line; excludes --format
    #[arg(long, env = "VMLOGIN_JSON", value_parser = clap::builder::BoolishValueParser::new())]
    pub json: bool,
    /// Exit 2 instead of 0 where there are changes
    #[arg(long, env = "VMLOGIN_DETAILED_EXITCODE", value_parser = clap::builder::BoolishValueParser::new())]
    pub detailed_exitcode: bool,
}

/// Arguments of `apply`.
#[derive(Debug, Args)]
pub(crate) struct ApplyArgs {
    /// The manifest.
    #[command(flatten)]
    pub inputs: InputArgs,
    /// What of it.
    #[command(flatten)]
    pub selection: SelectionArgs,
    /// Where it is applied.
    #[command(flatten)]
    pub live: LiveArgs,
    /// What is agreed to beforehand.
    #[command(flatten)]
    pub consent: ConsentArgs,
    /// What is looked at after the writes
    #[arg(long, env = "VMLOGIN_VERIFY", value_parser = one_of::<Verify>(), num_args = 0..=1, default_value = "quick", default_missing_value = "quick")]
    pub verify: Verify,
    /// Write events to stdout, one JSON object a line
    #[arg(long, env = "VMLOGIN_JSON", value_parser = clap::builder::BoolishValueParser::new())]
    pub json: bool,
    /// Exit 2 instead of 0 where something was changed
    #[arg(long, env = "VMLOGIN_DETAILED_EXITCODE", value_parser = clap::builder::BoolishValueParser::new())]
    pub detailed_exitcode: bool,
}

/// Arguments of `destroy`.
#[derive(Debug, Args)]
pub(crate) struct DestroyArgs {
    /// The manifest.
    #[command(flatten)]
    pub inputs: InputArgs,
    /// Where it is removed.
    #[command(flatten)]
    pub live: LiveArgs,
    /// What is agreed to beforehand.
    #[command(flatten)]
    pub consent: ConsentArgs,
    /// Write events to stdout, one JSON object a line
    #[arg(long, env = "VMLOGIN_JSON", value_parser = clap::builder::BoolishValueParser::new())]
    pub json: bool,
}

/// Arguments of `graph`.
#[derive(Debug, Args)]
pub(crate) struct GraphArgs {
    /// The manifest.
    #[command(flatten)]
    pub inputs: InputArgs,
    /// Form of the result on stdout
    #[arg(long, env = "VMLOGIN_FORMAT", value_parser = one_of::<GraphFormat>(), default_value = "text")]
    pub format: GraphFormat,
}

/// Arguments of `sandbox`.
#[derive(Debug, Args)]
pub(crate) struct SandboxArgs {
    /// What to do with it.
    #[command(subcommand)]
    pub verb: SandboxVerb,
}

/// What to do with the sandbox.
#[derive(Debug, Subcommand)]
pub(crate) enum SandboxVerb {
    /// Run the emulator as a server that official clients can talk to
    ///
    /// Prints one line of JSON on stdout when it is ready: {"url":"…","ca":"…"}; `ca` is a PEM
    /// file, or null without --tls. Ends on Ctrl-C or SIGTERM with its state written. Listens
    /// on this machine only.
    ///
    /// Examples:
    ///   vmlogin sandbox serve --listen 127.0.0.1:8080
    ///   vmlogin plan --sandbox=http://127.0.0.1:8080
    #[command(verbatim_doc_comment)]
    Serve(ServeArgs),
}

/// Arguments of `sandbox serve`.
#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    /// Address and port to listen on, loopback only; port 0 takes a free one
    #[arg(long, env = "VMLOGIN_LISTEN", value_name = "ADDR:PORT", default_value = "127.0.0.1:0", value_parser = read_listen)]
    pub listen: SocketAddr,
    /// Speak https, with a certificate made for this run
    #[arg(long, env = "VMLOGIN_TLS", value_parser = clap::builder::BoolishValueParser::new())]
    pub tls: bool,
    /// File that the state is kept in
    #[arg(long, env = "VMLOGIN_STATE", value_name = "FILE", default_value = crate::session::STATE)]
    pub state: PathBuf,
    /// What a new state begins with, as KDL; without it, what the quickstart example begins with
    #[arg(long, env = "VMLOGIN_SEED", value_name = "FILE")]
    pub seed: Option<PathBuf>,
    /// File that gets one line of JSON for each request; secrets are left out
    #[arg(long, env = "VMLOGIN_LOG", value_name = "FILE.ndjson")]
    pub log: Option<PathBuf>,
    /// How long operations take, in milliseconds; without it they end at the second look
    #[arg(long, env = "VMLOGIN_LATENCY", value_name = "MS", value_parser = read_milliseconds)]
    pub latency: Option<Duration>,
}

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
    #[arg(long, env = "VMLOGIN_SANDBOX", value_name = "FILE|URL", num_args = 0..=1, require_equals = true, default_missing_value = crate::session::STATE, help_heading = "Azure")]
    pub sandbox: Option<String>,
    /// Certificate authority (PEM) of a sandbox that speaks https
    #[arg(long, env = "VMLOGIN_CA", value_name = "FILE", help_heading = "Azure")]
    pub ca: Option<PathBuf>,
    /// How to sign in [default: auto]
    #[arg(long, env = "VMLOGIN_AUTH", value_parser = one_of::<Auth>(), help_heading = "Azure")]
    pub auth: Option<Auth>,
    /// How many requests and steps run at once
    #[arg(long, env = "VMLOGIN_PARALLELISM", value_name = "N", default_value = "16", value_parser = clap::value_parser!(u16).range(1..=256), help_heading = "Azure")]
    pub parallelism: u16,
    /// When to stop, such as 90s, 30m or 1h30m: nothing new starts, running operations are awaited
    #[arg(long, env = "VMLOGIN_TIMEOUT", value_name = "DURATION", value_parser = read_duration, help_heading = "Azure")]
    pub timeout: Option<Duration>,
}

/// What is agreed to beforehand.
#[derive(Debug, Args)]
pub(crate) struct ConsentArgs {
    /// Lift one guard by its name, with a number where it counts: max-delete=12
    #[arg(
        long,
        env = "VMLOGIN_ACCEPT",
        value_name = "GUARD[=N]",
        value_delimiter = '\n',
        help_heading = "Consent"
    )]
    pub accept: Vec<String>,
    /// Do not ask; needed where stdin is no terminal
    #[arg(long, env = "VMLOGIN_YES", value_parser = clap::builder::BoolishValueParser::new(), help_heading = "Consent")]
    pub yes: bool,
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
    /// Say more: why steps wait, what is unchanged, every folded address
    #[arg(short, long, global = true, env = "VMLOGIN_VERBOSE", value_parser = clap::builder::BoolishValueParser::new(), help_heading = "Screen")]
    pub verbose: bool,
}

/// Reads the command line. What is not to be run (help, version, a wrong line) comes back as [`Refused`].
pub(crate) fn read(
    line: &[OsString],
    variable: impl Fn(&str) -> Option<OsString>,
) -> Result<Cli, Refused> {
    let command = without_empty_variables(command(), &variable);
    let matches = command
        .try_get_matches_from(line)
        .map_err(|error| refusal::of_clap(&error, line))?;
    let cli = Cli::from_arg_matches(&matches).map_err(|error| refusal::of_clap(&error, line))?;
    if let Some((verb, matches)) = matches.subcommand() {
        later::check_variables(verb, &variable)?;
        check_json(matches)?;
    }
    check_live(&cli)?;
    Ok(cli)
}

/// The whole command line as clap sees it.
pub(crate) fn command() -> Command {
    Cli::command().after_help(exit_table())
}

/// The exit codes, for the end of `vmlogin --help`.
fn exit_table() -> String {
    let mut table = String::from("Exit codes, and whether a pipeline should run the same again:\n");
    for (exit, meaning, again) in exit::TABLE {
        let row = format!("  {:>3}  {meaning:<52}  {again}", exit.code());
        table.push_str(row.trim_end());
        table.push('\n');
    }
    table.push_str("\nVMLOGIN_FORMAT and the like stand for the flags of that name; a flag beats its variable.");
    table
}

/// An empty variable is one that is not set.
fn without_empty_variables(
    command: Command,
    variable: &impl Fn(&str) -> Option<OsString>,
) -> Command {
    let drop_empty = |arg: clap::Arg| {
        let arg = arg.hide_env_values(true);
        let name = arg.get_env().map(OsStr::to_owned);
        match name.and_then(|name| variable(&name.to_string_lossy())) {
            Some(value) if value.is_empty() => arg.env(Resettable::Reset),
            _ => arg,
        }
    };
    let names: Vec<String> = command
        .get_subcommands()
        .map(|sub| sub.get_name().to_owned())
        .collect();
    let command = command.mut_args(drop_empty);
    names.into_iter().fold(command, |command, name| {
        command.mut_subcommand(name, |sub| without_empty_variables(sub, variable))
    })
}

/// `--json` excludes `--format`; where one of the two comes from a variable, the flag wins.
fn check_json(matches: &clap::ArgMatches) -> Result<(), Refused> {
    let from_line = |id: &str| {
        matches.try_contains_id(id).is_ok()
            && matches.value_source(id) == Some(ValueSource::CommandLine)
    };
    if from_line("json") && from_line("format") {
        return Err(Refused::usage(
            "`--json` excludes `--format`",
            "give one of the two: `--json` for events as they happen, `--format json` for one document at the end",
        ));
    }
    Ok(())
}

/// What `--sandbox` excludes and what needs it.
fn check_live(cli: &Cli) -> Result<(), Refused> {
    let live = match &cli.verb {
        Verb::Plan(args) => &args.live,
        Verb::Apply(args) => &args.live,
        Verb::Destroy(args) => &args.live,
        Verb::Validate(_) | Verb::Graph(_) | Verb::Sandbox(_) => return Ok(()),
    };
    if live.sandbox.is_some() && live.auth.is_some() {
        return Err(Refused::usage(
            "`--auth` cannot be used with `--sandbox`",
            "leave `--auth` out: the sandbox gives out tokens of its own and no credential of yours is read",
        ));
    }
    if live.ca.is_some()
        && !live
            .sandbox
            .as_deref()
            .is_some_and(|at| at.starts_with("https://"))
    {
        return Err(Refused::usage(
            "`--ca` is only for a sandbox that speaks https",
            "add `--sandbox=https://…` with the URL that `vmlogin sandbox serve --tls` printed",
        ));
    }
    Ok(())
}

fn read_set(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("write it as NAME=VALUE, such as `--set env=dev`".to_owned()),
    }
}

fn read_duration(text: &str) -> Result<Duration, String> {
    let read: Result<jiff::SignedDuration, _> = text.parse();
    match read.map(Duration::try_from) {
        Ok(Ok(duration)) if !duration.is_zero() => Ok(duration),
        _ => Err("write a number with a unit, such as 90s, 30m or 1h30m".to_owned()),
    }
}

fn read_milliseconds(text: &str) -> Result<Duration, String> {
    let read: Result<u32, _> = text.parse();
    read.map(|milliseconds| Duration::from_millis(milliseconds.into()))
        .map_err(|_| "write a whole number of milliseconds, such as 250".to_owned())
}

fn read_listen(text: &str) -> Result<SocketAddr, String> {
    match text.parse::<SocketAddr>() {
        Ok(address) if address.ip().is_loopback() => Ok(address),
        Ok(_) => Err(
            "the sandbox listens on this machine only: use 127.0.0.1:PORT or [::1]:PORT".to_owned(),
        ),
        Err(_) => Err("write an address and a port, such as 127.0.0.1:8080".to_owned()),
    }
}

#[cfg(test)]
mod tests;
