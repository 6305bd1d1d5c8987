//! Options whose value is one of some words. Words that are documented and not built are refused by name.

use std::ffi::OsStr;
use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use clap::builder::{PossibleValue, TypedValueParser};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, Command, Error};
use clap_complete::Shell;
use vmlogin_azure::Reads;
use vmlogin_engine::problem::nearest;

/// A set of words for one option.
pub(crate) trait Words: Copy + Send + Sync + 'static {
    /// The words, what each stands for, and a few words of help.
    const BUILT: &'static [(&'static str, Self, &'static str)];
    /// Words that the documentation names and this version does not build.
    const LATER: &'static [&'static str];
}

/// Reads one of the words of `W`.
pub(crate) fn one_of<W: Words>() -> OneOf<W> {
    OneOf(PhantomData)
}

/// The parser that [`one_of`] gives to clap.
#[derive(Clone, Copy)]
pub(crate) struct OneOf<W>(PhantomData<W>);

impl<W: Words> TypedValueParser for OneOf<W> {
    type Value = W;

    fn parse_ref(&self, command: &Command, arg: Option<&Arg>, value: &OsStr) -> Result<W, Error> {
        let written = value.to_string_lossy();
        if let Some((_, meant, _)) = W::BUILT.iter().find(|(word, _, _)| *word == written) {
            return Ok(*meant);
        }
        let option = arg
            .and_then(Arg::get_long)
            .map(|long| format!("--{long}"))
            .or_else(|| {
                arg.and_then(Arg::get_value_names)
                    .map(|names| format!("<{}>", names.join(" ")))
            })
            .unwrap_or_default();
        let words: Vec<&str> = W::BUILT.iter().map(|(word, _, _)| *word).collect();
        if W::LATER.contains(&written.as_ref()) {
            let message = format!(
                "`{option} {written}` is documented but this version does not build it yet; it builds {}",
                listed(&words)
            );
            return Err(command.clone().error(ErrorKind::InvalidValue, message));
        }
        let mut error = Error::new(ErrorKind::InvalidValue).with_cmd(command);
        error.insert(ContextKind::InvalidArg, ContextValue::String(option));
        error.insert(
            ContextKind::InvalidValue,
            ContextValue::String(written.clone().into_owned()),
        );
        let valid = words.iter().map(|word| (*word).to_owned()).collect();
        error.insert(ContextKind::ValidValue, ContextValue::Strings(valid));
        if let Some(word) = nearest(&written, words) {
            error.insert(
                ContextKind::SuggestedValue,
                ContextValue::String(word.to_owned()),
            );
        }
        Err(error)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(W::BUILT.iter().map(|(word, _, help)| {
            PossibleValue::new(*word).help(*help)
        })))
    }
}

/// `a`, `b` and `c`.
pub(crate) fn listed(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.split_last() {
        None => String::new(),
        Some((last, [])) => last.clone(),
        Some((last, first)) => format!("{} and {last}", first.join(", ")),
    }
}

/// The form of a result on stdout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
}

impl Words for Format {
    const BUILT: &'static [(&'static str, Self, &'static str)] = &[
        ("text", Format::Text, "for people"),
        ("json", Format::Json, "for programs; one document"),
    ];
    const LATER: &'static [&'static str] = &["markdown", "html", "sarif", "junit", "github", "csv"];
}

/// Whose limits the sandbox has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Limits {
    /// Those of Azure.
    Arm,
}

impl Words for Limits {
    const BUILT: &'static [(&'static str, Self, &'static str)] = &[(
        "arm",
        Limits::Arm,
        "the buckets of Azure Resource Manager, Compute and Resource Graph",
    )];
    const LATER: &'static [&'static str] = &[];
}

/// The form of a graph on stdout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum GraphFormat {
    /// For people.
    Text,
    /// A mermaid flowchart.
    Mermaid,
    /// For Graphviz.
    Dot,
    /// A picture.
    Svg,
}

impl Words for GraphFormat {
    const BUILT: &'static [(&'static str, Self, &'static str)] = &[
        (
            "text",
            GraphFormat::Text,
            "each address and what it waits for",
        ),
        (
            "mermaid",
            GraphFormat::Mermaid,
            "a flowchart that Markdown viewers draw",
        ),
        ("dot", GraphFormat::Dot, "for Graphviz"),
        (
            "svg",
            GraphFormat::Svg,
            "a picture that browsers show, and that nothing has to be installed for",
        ),
    ];
    const LATER: &'static [&'static str] = &[];
}

impl Words for Shell {
    const BUILT: &'static [(&'static str, Self, &'static str)] = &[
        ("bash", Shell::Bash, "Bash"),
        ("zsh", Shell::Zsh, "Zsh"),
        ("fish", Shell::Fish, "fish"),
        ("powershell", Shell::PowerShell, "PowerShell"),
        ("elvish", Shell::Elvish, "Elvish"),
    ];
    const LATER: &'static [&'static str] = &[];
}

/// How much a finding must weigh to end a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum FailOn {
    /// An error.
    #[default]
    Error,
    /// A warning is enough.
    Warn,
}

impl Words for FailOn {
    const BUILT: &'static [(&'static str, Self, &'static str)] = &[
        ("error", FailOn::Error, "errors only"),
        ("warn", FailOn::Warn, "warnings too"),
    ];
    const LATER: &'static [&'static str] = &[];
}

/// What is looked at after the writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verify {
    /// Nothing.
    None,
    /// What was written, read back.
    Quick,
}

impl Words for Verify {
    const BUILT: &'static [(&'static str, Self, &'static str)] = &[
        ("none", Verify::None, "look at nothing"),
        (
            "quick",
            Verify::Quick,
            "read back what was written, and whether the machine joined",
        ),
    ];
    const LATER: &'static [&'static str] = &["deep"];
}

impl Words for Reads {
    const BUILT: &'static [(&'static str, Self, &'static str)] = &[
        (
            "auto",
            Reads::Auto,
            "lists where they need fewer requests than reading one by one",
        ),
        ("direct", Reads::Direct, "each thing by itself"),
        ("bulk", Reads::Bulk, "lists, however few things there are"),
    ];
    const LATER: &'static [&'static str] = &[];
}

/// How vmlogin signs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Auth {
    /// The first that works of the others.
    Auto,
    /// The session of the Azure CLI.
    Cli,
    /// A client secret from the environment.
    ClientSecret,
    /// The managed identity of the machine that vmlogin runs on.
    Managed,
}

impl Words for Auth {
    const BUILT: &'static [(&'static str, Self, &'static str)] = &[
        (
            "auto",
            Auth::Auto,
            "the first of the others that works; says which one won",
        ),
        (
            "cli",
            Auth::Cli,
            "the session of the Azure CLI (`az login`)",
        ),
        (
            "client-secret",
            Auth::ClientSecret,
            "AZURE_CLIENT_ID and AZURE_CLIENT_SECRET from the environment",
        ),
        (
            "managed",
            Auth::Managed,
            "the managed identity of the machine that vmlogin runs on",
        ),
    ];
    const LATER: &'static [&'static str] = &["oidc", "workload", "client-certificate"];
}

/// Whether screens are coloured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Color {
    /// Where a terminal shows them and NO_COLOR is not set.
    Auto,
    /// Yes.
    Always,
    /// No.
    Never,
}

impl Words for Color {
    const BUILT: &'static [(&'static str, Self, &'static str)] = &[
        ("auto", Color::Auto, "on a terminal, unless NO_COLOR is set"),
        ("always", Color::Always, "always"),
        ("never", Color::Never, "never"),
    ];
    const LATER: &'static [&'static str] = &[];
}

/// How progress is told on stderr.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    /// Live on a terminal, elsewhere as lines; not where the events go to stdout.
    Auto,
    /// As lines.
    Plain,
    /// Not at all.
    None,
}

impl Words for Progress {
    const BUILT: &'static [(&'static str, Self, &'static str)] = &[
        (
            "auto",
            Progress::Auto,
            "on a terminal a bar that is kept up to date, elsewhere as `plain`; nothing with --json",
        ),
        (
            "plain",
            Progress::Plain,
            "one line for each thing that begins or ends, and one every 10 s of silence",
        ),
        ("none", Progress::None, "nothing"),
    ];
    const LATER: &'static [&'static str] = &[];
}
/// How many steps may fail before nothing new starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MaxFailures {
    /// So many.
    Count(usize),
    /// So many of a hundred steps of the plan.
    Percent(usize),
}

impl MaxFailures {
    /// How many that is of so many steps: at least one.
    pub(crate) fn of(self, steps: usize) -> usize {
        match self {
            MaxFailures::Count(count) => count,
            MaxFailures::Percent(percent) => (steps * percent).div_ceil(100).max(1),
        }
    }
}

impl FromStr for MaxFailures {
    type Err = String;

    fn from_str(text: &str) -> Result<MaxFailures, String> {
        let number = |text: &str| text.parse::<u32>().ok().map(|number| number as usize);
        let read = match text.strip_suffix('%') {
            Some(percent) => number(percent)
                .filter(|percent| (1..=100).contains(percent))
                .map(MaxFailures::Percent),
            None => number(text)
                .filter(|count| *count > 0)
                .map(MaxFailures::Count),
        };
        read.ok_or_else(|| "write a number from 1, or a share such as 10%".to_owned())
    }
}

impl fmt::Display for MaxFailures {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            MaxFailures::Count(count) => write!(out, "{count}"),
            MaxFailures::Percent(percent) => write!(out, "{percent}%"),
        }
    }
}
