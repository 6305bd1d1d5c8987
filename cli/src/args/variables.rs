//! Variables of the environment that look as if they stood for a flag, and that nothing reads.

use std::collections::BTreeSet;

use clap::Command;
use vmlogin_engine::problem::nearest;

use super::{command, later};

/// How the names of all of them begin.
const PREFIX: &str = "VMLOGIN_";

/// What is read though it stands for no flag.
const NO_FLAGS: [&str; 1] = ["MAX_DELETE"];

/// Inputs have no variable: a manifest must not come from somewhere that nobody sees.
const INPUTS: [(&str, &str); 3] = [("FILE", "-f"), ("MANIFEST", "-f"), ("SET", "--set")];

/// A variable that nothing reads.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Unread {
    /// Its name.
    pub(crate) name: String,
    /// What to do.
    pub(crate) help: String,
}

/// Those of these names that nothing reads. One that is like none that is read may be the user's own, for `(env)` in a manifest:
/// nothing is said of it.
pub(crate) fn unread(names: impl Iterator<Item = String>) -> Vec<Unread> {
    let mut ours = names
        .filter_map(|name| name.strip_prefix(PREFIX).map(str::to_owned))
        .peekable();
    if ours.peek().is_none() {
        return Vec::new();
    }
    let command = command();
    let mut read: BTreeSet<String> = NO_FLAGS.iter().map(|&name| name.to_owned()).collect();
    read.extend(later::variables().map(str::to_owned));
    collect(&command, &mut read);
    let read: BTreeSet<&str> = read
        .iter()
        .map(|name| name.strip_prefix(PREFIX).unwrap_or(name))
        .collect();
    let ours: BTreeSet<String> = ours.filter(|name| !read.contains(name.as_str())).collect();
    ours.into_iter()
        .filter_map(|name| {
            let help = help(&name, &read)?;
            let name = format!("{PREFIX}{name}");
            Some(Unread { name, help })
        })
        .collect()
}

fn help(name: &str, read: &BTreeSet<&str>) -> Option<String> {
    if let Some((_, flag)) = INPUTS.iter().find(|(input, _)| *input == name) {
        return Some(format!("inputs have no variable: write `{flag}`"));
    }
    let near = nearest(name, read.iter().copied())?;
    Some(format!("did you mean `{PREFIX}{near}`?"))
}

/// The variables of a command and of all beneath it.
fn collect(command: &Command, into: &mut BTreeSet<String>) {
    let names = command.get_arguments().filter_map(clap::Arg::get_env);
    into.extend(names.map(|name| name.to_string_lossy().into_owned()));
    for verb in command.get_subcommands() {
        collect(verb, into);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(names: &[&str]) -> Vec<String> {
        let unread = unread(names.iter().map(|&name| name.to_owned()));
        let lines = unread.into_iter();
        lines
            .map(|it| format!("{}: {}", it.name, it.help))
            .collect()
    }

    #[test]
    fn a_slip_is_told_with_the_nearest_and_an_input_with_its_flag() {
        assert_eq!(
            said(&[
                "VMLOGIN_MAX_DELETES",
                "VMLOGIN_FORMT",
                "VMLOGIN_TARGETS",
                "VMLOGIN_SHRAD",
                "VMLOGIN_FILE"
            ]),
            [
                "VMLOGIN_FILE: inputs have no variable: write `-f`",
                "VMLOGIN_FORMT: did you mean `VMLOGIN_FORMAT`?",
                "VMLOGIN_MAX_DELETES: did you mean `VMLOGIN_MAX_DELETE`?",
                "VMLOGIN_SHRAD: did you mean `VMLOGIN_SHARD`?",
                "VMLOGIN_TARGETS: did you mean `VMLOGIN_TARGET`?",
            ]
        );
    }

    /// The password of a manifest may be in a variable of any name; and nobody else's is ours.
    #[test]
    fn what_is_read_and_what_is_like_nothing_that_is_read_is_not_spoken_of() {
        let fine = [
            "VMLOGIN_FORMAT",
            "VMLOGIN_MAX_DELETE",
            "VMLOGIN_SHARD",
            "VMLOGIN_WEB_ADMIN_PASSWORD",
            "PATH",
            "VMLOGI",
        ];
        assert_eq!(said(&fine), Vec::<String>::new());
    }
}
