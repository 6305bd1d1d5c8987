//! A command line that is not run: help, the version, or what is wrong with it.

use std::borrow::Cow;
use std::ffi::OsString;

use clap::CommandFactory;
use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::later;
use super::verbs::Cli;
use crate::render::foreign;

/// Why the command line is not run, and what is written instead.
#[derive(Clone, Debug)]
pub(crate) enum Refused {
    /// Help or the version was asked for.
    Asked(StyledStr),
    /// It is wrong, in clap's words.
    Clap(StyledStr),
    /// It is wrong, in our words.
    Usage {
        /// What is wrong.
        message: String,
        /// What to do.
        help: String,
    },
}

impl Refused {
    /// A wrong command line in our words.
    pub(crate) fn usage(message: &str, help: &str) -> Refused {
        Refused::Usage {
            message: message.to_owned(),
            help: help.to_owned(),
        }
    }
}

/// What clap could not read, said by name where the documentation knows it.
pub(crate) fn of_clap(error: &clap::Error, line: &[OsString]) -> Refused {
    let written = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => text.as_str(),
        _ => "",
    };
    let known = match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            return Refused::Asked(error.render());
        }
        ErrorKind::InvalidSubcommand => later::verb(written(ContextKind::InvalidSubcommand)),
        ErrorKind::UnknownArgument => unknown(written(ContextKind::InvalidArg), line),
        // What was typed is not repeated: it may be half of a name and a value that nobody is to see.
        ErrorKind::ValueValidation if written(ContextKind::InvalidArg).starts_with("--set ") => {
            Some(Refused::usage(
                "a value of `--set` has no name before its `=`",
                "write it as NAME=VALUE, such as `--set env=dev`",
            ))
        }
        _ => None,
    };
    known.unwrap_or_else(|| Refused::Clap(safe(error, line)))
}

/// Clap's words about a command line, which repeat what was typed, made safe to show.
fn safe(error: &clap::Error, line: &[OsString]) -> StyledStr {
    let words: Vec<String> = line
        .iter()
        .map(|word| foreign::line(&word.to_string_lossy()).into_owned())
        .collect();
    // What is wrong with the words as they are shown is what was wrong with them as they are.
    let shown = match words
        .iter()
        .zip(line)
        .all(|(safe, word)| word == safe.as_str())
    {
        true => None,
        false => super::command().try_get_matches_from(words).err(),
    };
    let text = shown.as_ref().unwrap_or(error).render();
    let plain = text.to_string();
    // A variable's value may be repeated, too.
    let lines: Vec<Cow<'_, str>> = plain.lines().map(foreign::line).collect();
    match lines.iter().any(|line| matches!(line, Cow::Owned(_))) {
        true => StyledStr::from(lines.join("\n") + "\n"),
        false => text,
    }
}

fn unknown(argument: &str, line: &[OsString]) -> Option<Refused> {
    let verb = verb_of(line);
    let verb = verb.as_str();
    if argument.starts_with('-') {
        let place = |wanted: &str| line.iter().position(|word| word.to_str() == Some(wanted));
        if place(argument)
            .zip(place(verb))
            .is_some_and(|(flag, verb)| flag < verb)
        {
            return later::early(flag_name(argument), verb);
        }
        return later::flag(flag_name(argument), verb);
    }
    let words: Vec<String> = line
        .iter()
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    let at = words.iter().position(|word| word == argument)?;
    if argument.is_empty() {
        return Some(Refused::usage(
            "an empty word stands alone",
            "take it out; where it comes from a variable of the shell, that one is empty",
        ));
    }
    if at > 0 && words[at - 1] == "--sandbox" {
        return Some(Refused::usage(
            &format!("`--sandbox` takes its value with a `=`, and `{argument}` stands alone"),
            &format!("write `--sandbox={argument}`"),
        ));
    }
    match verb {
        "apply" => Some(Refused::usage(
            &format!("`vmlogin apply` takes one saved plan, and `{argument}` stands beside it"),
            "apply one after the other",
        )),
        "vmlogin" | "sandbox" | "serve" => None,
        _ => Some(Refused::usage(
            &format!("`{argument}` stands alone"),
            &format!("for a manifest write `vmlogin {verb} -f {argument}`"),
        )),
    }
}

/// `--shard` of `--shard=1/4`, `-e` of `-eprod`.
fn flag_name(argument: &str) -> &str {
    let name = argument.split('=').next().unwrap_or(argument);
    match name.strip_prefix("--") {
        Some(_) => name,
        None => name.get(..2).unwrap_or(name),
    }
}

/// The verb of a command line that could not be read: its first word that is one.
fn verb_of(line: &[OsString]) -> String {
    let command = Cli::command();
    let words = || line.iter().skip(1).filter_map(|word| word.to_str());
    let verb = words().find(|word| command.find_subcommand(word).is_some());
    match verb {
        Some("sandbox") if words().any(|word| word == "serve") => "serve",
        other => other.unwrap_or("vmlogin"),
    }
    .to_owned()
}
