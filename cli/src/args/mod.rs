//! The command line: read by clap, checked for what clap cannot check, refused by name where it is not built.

mod groups;
pub(crate) mod later;
pub(crate) mod refusal;
mod saved;
mod values;
pub(crate) mod variables;
mod verbs;
pub(crate) mod words;

use std::ffi::{OsStr, OsString};

use clap::builder::Resettable;
use clap::parser::ValueSource;
use clap::{Command, CommandFactory, FromArgMatches};

pub(crate) use groups::{ConsentArgs, InputArgs, LiveArgs, Look, RuleArgs, SelectionArgs};
pub(crate) use refusal::Refused;
pub(crate) use values::{Renewed, Subject};
pub(crate) use verbs::{
    ApplyArgs, Cli, CompletionsArgs, DestroyArgs, DoctorArgs, ExplainArgs, GraphArgs, InitArgs,
    ManArgs, PinArgs, PlanArgs, SandboxVerb, ServeArgs, ShowArgs, ValidateArgs, Verb,
};
pub(crate) use words::{Auth, Color, FailOn, Format, GraphFormat, MaxFailures, Progress, Verify};

use crate::exit;

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
        saved::check(verb, matches)?;
    }
    check_live(&cli)?;
    Ok(cli)
}

/// The whole command line as clap sees it.
pub(crate) fn command() -> Command {
    flowing(Cli::command()).after_help(exit_table())
}

/// Lets clap break the paragraphs of help where the screen ends, not where the source does. Indented lines are examples and
/// stay as they are.
fn flowing(command: Command) -> Command {
    let command = match command.get_long_about().map(ToString::to_string) {
        Some(text) => command.long_about(joined(&text)),
        None => command,
    };
    let names: Vec<String> = command
        .get_subcommands()
        .map(|sub| sub.get_name().to_owned())
        .collect();
    names.into_iter().fold(command, |command, name| {
        command.mut_subcommand(name, flowing)
    })
}

/// Text whose paragraphs are one line each.
fn joined(text: &str) -> String {
    let mut out = String::new();
    let mut open = false;
    for line in text.lines() {
        let flows = !line.is_empty() && !line.starts_with(' ');
        if !out.is_empty() {
            out.push(if open && flows { ' ' } else { '\n' });
        }
        out.push_str(line);
        open = flows && !line.ends_with(':');
    }
    out
}

/// The verbs and flags alone, for the manual, which tells the exit codes in its own way.
pub(crate) fn described() -> Command {
    Cli::command()
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
        Verb::Init(args) => &args.live,
        Verb::Show(args) => &args.live,
        Verb::Pin(args) => &args.live,
        Verb::Doctor(args) => &args.live,
        Verb::Validate(_)
        | Verb::Graph(_)
        | Verb::Explain(_)
        | Verb::Completions(_)
        | Verb::Man(_)
        | Verb::Sandbox(_) => return Ok(()),
    };
    if live.sandbox.as_deref() == Some("") {
        return Err(Refused::usage(
            "nothing stands behind the `=` of `--sandbox=`",
            "write `--sandbox` for the state in `.vmlogin/sandbox.json`, or `--sandbox=FILE` for another",
        ));
    }
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

#[cfg(test)]
mod tests;
