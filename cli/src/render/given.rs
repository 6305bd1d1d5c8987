//! What was said on the command line of which manifest and of which Azure, for the commands that helps tell one to run: they are
//! pasted, and are to be about the same.

mod programs;

use std::borrow::Cow;
use std::ffi::OsString;

use super::again::quoted;
pub(crate) use programs::{of_event, of_findings, of_help};

/// How a command of ours begins in a sentence.
const BEGIN: &str = "`vmlogin ";

/// The flags that other commands need too, ready to be pasted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Given {
    /// Those that say which manifest, such as `-f prod.kdl`.
    inputs: &'static str,
    /// The same without the values of `--set`.
    unsaid: &'static str,
    /// Those that say which Azure, such as `--sandbox`.
    live: &'static str,
}

/// The flags of the manifest, and whether the next word is their value.
const INPUTS: [(&str, bool); 2] = [("-f", true), ("--set", true)];

/// The flags of where "live" comes from.
const LIVE: [(&str, bool); 3] = [("--sandbox", false), ("--ca", true), ("--auth", true)];

/// The short flags without a value, which others may follow in one word.
const SWITCHES: [char; 2] = ['q', 'v'];

/// The verbs that read a manifest.
const OF_MANIFEST: [&str; 8] = [
    "validate", "plan", "apply", "destroy", "graph", "show", "pin", "doctor",
];

/// The verbs that ask Azure.
const OF_LIVE: [&str; 7] = ["plan", "apply", "destroy", "show", "pin", "doctor", "init"];

impl Given {
    /// Nothing but the verb, as where a manifest of the usual name is held against Azure.
    pub(crate) const NONE: Given = Given {
        inputs: "",
        unsaid: "",
        live: "",
    };

    /// What a command line says. It is kept for the rest of the run, which has one.
    pub(crate) fn on(line: &[OsString]) -> Given {
        let words: Vec<String> = line
            .iter()
            .skip(1)
            .map(|word| word.to_string_lossy().into_owned())
            .take_while(|word| word != "--")
            .collect();
        Given {
            inputs: those(&words, &INPUTS).leak(),
            unsaid: those(&unsaid(&words), &INPUTS).leak(),
            live: those(&words, &LIVE).leak(),
        }
    }

    /// The same for where a manifest is refused, maybe since a value of `--set` is a secret: that is not repeated.
    pub(crate) fn without_values(self) -> Given {
        Given {
            inputs: self.unsaid,
            ..self
        }
    }

    /// What a command that a sentence names needs of it. One that names a manifest, or an Azure, itself is about that.
    fn of(self, verb: &str, rest: &str) -> impl Iterator<Item = &'static str> {
        let words = || rest.split(' ');
        let is_file = verb != "plan" && words().any(|word| ["FILE", "PLAN"].contains(&word));
        let names = |flags| words().any(|word| flag(word, flags).is_some());
        let inputs = OF_MANIFEST.contains(&verb) && !is_file && !names(&INPUTS);
        let live = OF_LIVE.contains(&verb) && !(verb == "show" && is_file) && !names(&LIVE);
        let both = [(inputs, self.inputs), (live, self.live)].into_iter();
        both.filter(|(wanted, flags)| *wanted && !flags.is_empty())
            .map(|(_, flags)| flags)
    }
}

/// The words without the values of `--set`.
fn unsaid(words: &[String]) -> Vec<String> {
    let name = |set: &str| match set.split_once('=') {
        Some((name, _)) => format!("{name}=…"),
        None => "…".to_owned(),
    };
    let before = std::iter::once("").chain(words.iter().map(String::as_str));
    let pairs = before.zip(words);
    pairs
        .map(|(before, word)| match word.strip_prefix("--set=") {
            Some(set) => format!("--set={}", name(set)),
            None if before == "--set" => name(word),
            None => word.clone(),
        })
        .collect()
}

/// Those flags among the words, with their values.
fn those(words: &[String], flags: &[(&str, bool)]) -> String {
    let mut found = Vec::new();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let Some((word, awaits_value)) = flag(word, flags) else {
            continue;
        };
        found.push(quoted(&word));
        if awaits_value {
            found.extend(words.next().map(|value| quoted(value)));
        }
    }
    found.join(" ")
}

/// Which of these flags a word is, without the switches that stand before it in `-qf`; and whether the next word is its value.
fn flag<'w>(word: &'w str, flags: &[(&str, bool)]) -> Option<(Cow<'w, str>, bool)> {
    flags.iter().find_map(|&(flag, valued)| {
        if flag.starts_with("--") {
            let rest = word.strip_prefix(flag)?;
            let is_it = rest.is_empty() || rest.starts_with('=');
            return is_it.then_some((Cow::Borrowed(word), valued && rest.is_empty()));
        }
        let bundle = word.strip_prefix('-')?.trim_start_matches(SWITCHES);
        let value = bundle.strip_prefix(flag.strip_prefix('-')?)?;
        Some((Cow::Owned(format!("{flag}{value}")), value.is_empty()))
    })
}

/// A sentence whose commands say of which manifest and of which Azure they are.
pub(crate) fn completed(sentence: &str, given: Given) -> Cow<'_, str> {
    if given == Given::NONE || !sentence.contains(BEGIN) {
        return Cow::Borrowed(sentence);
    }
    let mut parts = sentence.split(BEGIN);
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        out.push_str(BEGIN);
        let (command, after) = part.split_once('`').unwrap_or((part, ""));
        let (verb, rest) = command.split_once(' ').unwrap_or((command, ""));
        out.push_str(verb);
        for flags in given.of(verb, rest) {
            out.push(' ');
            out.push_str(flags);
        }
        out.push_str(&part[verb.len()..command.len()]);
        out.push_str(&part[command.len()..part.len() - after.len()]);
        out.push_str(after);
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(line: &str) -> Given {
        let words: Vec<OsString> = line.split('|').map(OsString::from).collect();
        Given::on(&words)
    }

    #[test]
    fn a_command_in_a_help_is_about_the_same_manifest_and_the_same_azure() {
        let given = given(
            "vmlogin|plan|-f|my prod.kdl|--set|env=dev|--target|vm:*|--sandbox=x.json|--json",
        );
        let both = "-f 'my prod.kdl' --set env=dev --sandbox=x.json";
        for (help, expected) in [
            ("run `vmlogin pin`", format!("run `vmlogin pin {both}`")),
            (
                "run `vmlogin pin --renew 'group:x'`, or `vmlogin plan`",
                format!("run `vmlogin pin {both} --renew 'group:x'`, or `vmlogin plan {both}`"),
            ),
            (
                "see `vmlogin graph`",
                "see `vmlogin graph -f 'my prod.kdl' --set env=dev`".to_owned(),
            ),
            (
                "then `vmlogin apply FILE`",
                "then `vmlogin apply --sandbox=x.json FILE`".to_owned(),
            ),
            (
                "write `vmlogin show FILE`",
                "write `vmlogin show FILE`".to_owned(),
            ),
            (
                "see `vmlogin explain VML420`",
                "see `vmlogin explain VML420`".to_owned(),
            ),
            (
                "write `vmlogin apply -f x.kdl`",
                "write `vmlogin apply --sandbox=x.json -f x.kdl`".to_owned(),
            ),
            (
                "add it: `vmlogin apply -vf'my prod.kdl' --auth=cli --yes`",
                "add it: `vmlogin apply -vf'my prod.kdl' --auth=cli --yes`".to_owned(),
            ),
            (
                "add it: `vmlogin apply --set env=dev --yes`",
                "add it: `vmlogin apply --sandbox=x.json --set env=dev --yes`".to_owned(),
            ),
            (
                "an open `vmlogin plan",
                format!("an open `vmlogin plan {both}"),
            ),
        ] {
            assert_eq!(completed(help, given), expected);
            assert_eq!(completed(&expected, given), expected, "twice");
        }
    }

    #[test]
    fn a_value_that_may_be_a_secret_is_left_out_and_its_name_is_told() {
        let given =
            given("vmlogin|plan|-f|x.kdl|--set|pw=hunter2=|--set=pin=hunter2|--set|hunter2");
        assert_eq!(
            completed("run `vmlogin pin`", given.without_values()),
            "run `vmlogin pin -f x.kdl --set 'pw=…' '--set=pin=…' --set '…'`"
        );
    }

    #[test]
    fn where_nothing_was_given_nothing_is_added() {
        assert_eq!(given("vmlogin|plan|--json|--|-f|x"), Given::NONE);
        assert_eq!(
            completed("run `vmlogin pin`", Given::NONE),
            "run `vmlogin pin`"
        );
        let given_short = given("vmlogin|plan|-fx.kdl|--auth=cli");
        assert_eq!(
            (given_short.inputs, given_short.live),
            ("-fx.kdl", "--auth=cli")
        );
        for line in ["vmlogin|plan|-qf|x.kdl", "vmlogin|plan|-vvf|x.kdl|-oof"] {
            assert_eq!(given(line).inputs, "-f x.kdl", "{line}");
        }
    }
}
