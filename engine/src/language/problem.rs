//! What can be wrong with names, inputs and the forms of the language.

use super::repeat::FOR;
use crate::problem::{Code, Label, MOST_PROBLEMS, Problem, settle};
use crate::source::Span;
use crate::syntax::print;
use thiserror::Error;

/// A mistake in the use of the language.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(crate) enum LanguageProblem {
    #[error("`{form}` belongs to the language, but this version of vmlogin does not build it yet")]
    NotBuilt { form: String, span: Span },
    #[error("`{name}` is not defined")]
    Undefined {
        name: String,
        places: Vec<Span>,
        nearest: Option<String>,
    },
    #[error("{}", cycle(.members))]
    Cycle { members: Vec<(String, Span)> },
    #[error("`{name}` is defined twice")]
    DefinedTwice {
        name: String,
        first: Span,
        second: Span,
    },
    #[error("`{name}` is a list of {count} values, and one is wanted here")]
    ListForOne {
        name: String,
        count: usize,
        span: Span,
        defined: Span,
    },
    #[error("param `{name}` has no value")]
    ParamWithoutValue {
        name: String,
        span: Span,
        choices: Vec<String>,
    },
    #[error("`{value}` is not one of the values of param `{name}`")]
    NotAChoice {
        name: String,
        value: String,
        choices: Vec<String>,
        place: Span,
        default: Option<Span>,
    },
    #[error("param `{name}` wants {wanted}, not `{}`", print::shown(.value))]
    SetOfWrongType {
        name: String,
        value: String,
        wanted: &'static str,
        span: Span,
    },
    #[error("`--set {}=…` names no param", print::shown(.name))]
    SetOfNothing {
        name: String,
        nearest: Option<String>,
        params: Vec<String>,
    },
    #[error("`--set {name}=…` names a `let`, which is fixed")]
    SetOfLet { name: String, span: Span },
    #[error("`{form}` cannot stand in an included file")]
    RootOnly { form: String, span: Span },
    #[error("`{form}` cannot stand inside another node")]
    TopLevelOnly { form: String, span: Span },
    #[error("this is not how `{form}` is written")]
    Incomplete {
        form: &'static str,
        wanted: &'static str,
        span: Span,
    },
    #[error("this is not how `{form}` is written")]
    Malformed {
        form: &'static str,
        wanted: &'static str,
        span: Span,
    },
    #[error("this is not a name that `{form}` can define")]
    BadName { form: &'static str, span: Span },
    #[error("`{name}` is `{value}`, which cannot be part of a text")]
    NotText {
        name: String,
        value: String,
        span: Span,
        defined: Span,
    },
    #[error("`{written}` asks for a column, and there are no rows here")]
    NoColumns {
        written: String,
        span: Span,
        of: Option<Span>,
    },
    #[error("this value is a `({})` already and cannot be a `({})`", print::shown(.inner), print::shown(.outer))]
    TwoTypes {
        outer: String,
        inner: String,
        span: Span,
        defined: Span,
    },
    #[error("references add more than {megabytes} MB to the manifest")]
    TooMuch {
        megabytes: usize,
        span: Span,
        defined: Span,
    },
    #[error("`{FOR}` cannot stand {}", if *.nested { "in another `for`" } else { "here" })]
    LooseLoop { nested: bool, span: Span },
    #[error("the table has no column `{name}`")]
    NoSuchColumn {
        name: String,
        nearest: Option<String>,
        columns: Vec<String>,
        span: Span,
        header: Span,
    },
    #[error("`{name}` is a whole row, and one value is wanted here")]
    WholeRow {
        name: String,
        column: Option<String>,
        span: Span,
    },
    #[error("nothing in the loop mentions `{name}`")]
    NeverMentioned { name: String, span: Span },
    #[error("the loops make more than {most} million nodes and values, or more text than fits")]
    TooMuchMade {
        most: usize,
        count: usize,
        span: Span,
    },
    #[error("`for` cannot name its table by a reference")]
    TableByReference { span: Span },
    #[error("`{}` leaves the folder of the manifest", print::shown(.path))]
    TableLeaves { path: String, span: Span },
    #[error("`include` cannot name files by a reference")]
    IncludeByReference { span: Span },
    #[error("`{}` leaves the folder of the manifest", print::shown(.pattern))]
    IncludeLeaves { pattern: String, span: Span },
}

impl LanguageProblem {
    /// The stable number.
    pub(crate) fn code(&self) -> Code {
        Code(match self {
            Self::NotBuilt { .. } => "VML030",
            Self::Undefined { .. } => "VML031",
            Self::Cycle { .. } => "VML032",
            Self::DefinedTwice { .. } => "VML033",
            Self::ListForOne { .. } => "VML034",
            Self::ParamWithoutValue { .. } => "VML035",
            Self::NotAChoice { .. } => "VML036",
            Self::SetOfWrongType { .. } => "VML037",
            Self::SetOfNothing { .. } | Self::SetOfLet { .. } => "VML038",
            Self::RootOnly { .. } => "VML039",
            Self::TopLevelOnly { .. } => "VML040",
            Self::Incomplete { .. } | Self::Malformed { .. } => "VML041",
            Self::BadName { .. } => "VML042",
            Self::NotText { .. } => "VML043",
            Self::NoColumns { .. } => "VML044",
            Self::TwoTypes { .. } => "VML045",
            Self::TooMuch { .. } => "VML046",
            Self::IncludeByReference { .. } | Self::TableByReference { .. } => "VML047",
            Self::IncludeLeaves { .. } | Self::TableLeaves { .. } => "VML048",
            Self::LooseLoop { .. } => "VML049",
            Self::NoSuchColumn { .. } => "VML050",
            Self::WholeRow { .. } => "VML051",
            Self::NeverMentioned { .. } => "VML052",
            Self::TooMuchMade { .. } => "VML053",
        })
    }

    fn labels(&self) -> Vec<Label> {
        match self {
            Self::NotBuilt { span, .. } => vec![Label::new(*span, "not built yet")],
            Self::Undefined { places, .. } => {
                let words = std::iter::once("no `let` or `param` defines it")
                    .chain(std::iter::repeat("nor here"));
                places
                    .iter()
                    .zip(words)
                    .map(|(span, word)| Label::new(*span, word))
                    .collect()
            }
            Self::Cycle { members } => {
                let next = members.iter().cycle().skip(1);
                let needs = members.iter().zip(next).take(MOST_MEMBERS);
                needs
                    .map(|((_, span), (next, _))| Label::new(*span, format!("needs `{next}`")))
                    .collect()
            }
            Self::DefinedTwice { first, second, .. } => {
                vec![
                    Label::new(*second, "defined again here"),
                    Label::new(*first, "first defined here"),
                ]
            }
            Self::ListForOne { span, defined, .. } => {
                vec![
                    Label::new(*span, "one value is wanted"),
                    Label::new(*defined, "defined as a list here"),
                ]
            }
            Self::ParamWithoutValue { span, .. } => {
                vec![Label::new(*span, "neither set nor given a default")]
            }
            Self::NotAChoice {
                place,
                default: None,
                ..
            } => vec![Label::new(*place, "set by `--set`")],
            Self::NotAChoice {
                default: Some(default),
                ..
            } => vec![Label::new(*default, "the default is no choice")],
            Self::SetOfWrongType { span, .. } => vec![Label::new(*span, "set by `--set`")],
            Self::SetOfNothing { .. } => Vec::new(),
            Self::SetOfLet { span, .. } => vec![Label::new(*span, "defined by `let` here")],
            Self::RootOnly { span, .. } => {
                vec![Label::new(*span, "this file is included by another")]
            }
            Self::TopLevelOnly { span, .. } => {
                vec![Label::new(*span, "stands at the top level only")]
            }
            Self::Incomplete { span, .. } => vec![Label::new(*span, "something is missing")],
            Self::Malformed { span, .. } => vec![Label::new(*span, "does not belong here")],
            Self::BadName { span, .. } => vec![Label::new(*span, "no reference could name it")],
            Self::NotText { span, defined, .. } => vec![
                Label::new(*span, "text is wanted"),
                Label::new(*defined, "defined here"),
            ],
            Self::NoColumns { span, of: None, .. } => vec![Label::new(
                *span,
                "rows are there inside of `for row in=(csv)\"…\"` only",
            )],
            Self::NoColumns {
                span,
                of: Some(place),
                ..
            } => vec![
                Label::new(*span, "it has no columns"),
                Label::new(*place, "this goes through a list"),
            ],
            Self::LooseLoop { nested: true, span } => {
                vec![Label::new(*span, "a loop holds no other")]
            }
            Self::LooseLoop { span, .. } => {
                vec![Label::new(*span, "loops stand in a `resource-group`")]
            }
            Self::NoSuchColumn { span, header, .. } => vec![
                Label::new(*span, "asked for here"),
                Label::new(*header, "the columns"),
            ],
            Self::WholeRow { span, .. } => vec![Label::new(*span, "one of its columns is meant")],
            Self::NeverMentioned { span, .. } => {
                vec![Label::new(*span, "so every turn would make the same")]
            }
            Self::TooMuchMade { count, span, .. } => {
                vec![Label::new(*span, format!("goes through {count} elements"))]
            }
            Self::TableByReference { span } => {
                vec![Label::new(*span, "files are read before names are known")]
            }
            Self::TableLeaves { span, .. } => {
                vec![Label::new(*span, "files outside are not read")]
            }
            Self::TwoTypes { span, defined, .. } => {
                vec![
                    Label::new(*span, "given a type here"),
                    Label::new(*defined, "given another here"),
                ]
            }
            Self::TooMuch { span, defined, .. } => {
                vec![
                    Label::new(*span, "the reference that was one too many"),
                    Label::new(*defined, "to this"),
                ]
            }
            Self::IncludeByReference { span } => {
                vec![Label::new(*span, "files are read before names are known")]
            }
            Self::IncludeLeaves { span, .. } => {
                vec![Label::new(*span, "files outside are not read")]
            }
        }
    }

    fn help(&self) -> Option<String> {
        Some(match self {
            Self::NotBuilt { form, .. } if form == "set" => {
                "pass the value with `--set`".to_owned()
            }
            Self::NotBuilt { form, .. } if form == "edit" || form == "remove" => {
                "change the node where it is written".to_owned()
            }
            Self::NotBuilt { .. } => "write the nodes out in full".to_owned(),
            Self::Undefined {
                nearest: Some(nearest),
                ..
            } => format!("did you mean `{nearest}`?"),
            Self::Undefined { name, .. } => format!(
                "define it with `let {name} …` or `param {name}`, or quote it if it is text: `\"${name}\"`"
            ),
            Self::Cycle { .. } => "give one of them a value of its own".to_owned(),
            Self::DefinedTwice { .. } => {
                "rename one of them: a name means the same everywhere".to_owned()
            }
            Self::ListForOne { .. } => {
                "write one value here, or define another name for it".to_owned()
            }
            Self::ParamWithoutValue { name, choices, .. } if choices.is_empty() => {
                format!("set it with `--set {name}=…`")
            }
            Self::ParamWithoutValue { name, choices, .. } => {
                format!("set it with `--set {name}=…`, one of {}", listed(choices))
            }
            Self::NotAChoice { choices, .. } => format!("it is one of {}", listed(choices)),
            Self::SetOfWrongType { name, .. } => {
                format!("the type is that of the default or the first choice of `{name}`")
            }
            Self::SetOfNothing {
                nearest: Some(nearest),
                ..
            } => format!("did you mean `{nearest}`?"),
            Self::SetOfNothing { params, .. } if params.is_empty() => {
                "the manifest has no `param`".to_owned()
            }
            Self::SetOfNothing { params, .. } => format!("the manifest has {}", listed(params)),
            Self::SetOfLet { name, .. } => {
                format!("make it a `param {name}` with its value as the default")
            }
            Self::RootOnly { .. } => "move it to a file that is named with `-f`".to_owned(),
            Self::TopLevelOnly { .. } => "move it out of the braces".to_owned(),
            Self::Incomplete { wanted, .. } | Self::Malformed { wanted, .. } => {
                format!("write {wanted}")
            }
            Self::BadName { .. } => {
                "names are letters, digits, `-` and `_`, and begin with a letter".to_owned()
            }
            Self::NotText { .. } => {
                "only plain text, numbers, `#true` and `#false` can be".to_owned()
            }
            Self::NoColumns { of: None, .. } => {
                "name something that `let` or `param` defines".to_owned()
            }
            Self::NoColumns { .. } => "leave out the dot and what follows it".to_owned(),
            Self::LooseLoop { nested: true, .. } => {
                "put all columns into one table, and go through that".to_owned()
            }
            Self::LooseLoop { .. } => "move it into the group that its machines are in".to_owned(),
            Self::NoSuchColumn {
                nearest: Some(nearest),
                ..
            } => format!("did you mean `{nearest}`?"),
            Self::NoSuchColumn { columns, .. } => format!("the table has {}", listed(columns)),
            Self::WholeRow { name, column, .. } => {
                let column = column.as_deref().unwrap_or("column");
                format!("name a column of it, such as `${name}.{column}`")
            }
            Self::NeverMentioned { name, .. } => {
                format!("use `${name}`, at least in a name, or write the nodes once")
            }
            Self::TooMuchMade { .. } => "make the table or the loop smaller".to_owned(),
            Self::TableByReference { .. } => "write the path out".to_owned(),
            Self::TableLeaves { .. } => "move the table into the folder".to_owned(),
            Self::TwoTypes { .. } => "leave one of the types out".to_owned(),
            Self::TooMuch { .. } => "look for names that repeat each other".to_owned(),
            Self::IncludeByReference { .. } => "write the pattern out".to_owned(),
            Self::IncludeLeaves { .. } => {
                "move the files into the folder, or name them with `-f`".to_owned()
            }
        })
    }
}

impl From<LanguageProblem> for Problem {
    fn from(problem: LanguageProblem) -> Problem {
        Problem {
            code: problem.code(),
            message: problem.to_string(),
            labels: problem.labels(),
            help: problem.help(),
        }
    }
}

/// The problems of one expansion, as many as a report can show.
#[derive(Debug, Default)]
pub(super) struct Problems {
    kept: Vec<LanguageProblem>,
}

impl Problems {
    /// Keeps a problem, unless there are more than enough.
    pub(super) fn push(&mut self, problem: LanguageProblem) {
        // Every turn of a loop makes the same mistake.
        if !self.is_full() && !self.kept.contains(&problem) {
            self.kept.push(problem);
        }
    }

    /// Whether nothing is wrong.
    pub(super) fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// Whether further problems are forgotten.
    pub(super) fn is_full(&self) -> bool {
        self.kept.len() > MOST_PROBLEMS
    }

    /// Notes one more place of a name that is not defined, if the name is among the problems.
    pub(super) fn add_place(&mut self, undefined: &str, place: Span) -> bool {
        let known = self.kept.iter_mut().find_map(|problem| match problem {
            LanguageProblem::Undefined { name, places, .. } if name == undefined => Some(places),
            _ => None,
        });
        let Some(places) = known else { return false };
        // Loops may be gone through after all else: the first places are not those that come first here.
        if let Err(at) = places.binary_search(&place) {
            places.insert(at, place);
            places.truncate(MOST_PLACES);
        }
        true
    }

    /// In the order in which they are shown.
    pub(super) fn settle(self) -> Vec<Problem> {
        settle(self.kept.into_iter().map(Problem::from).collect())
    }
}

/// How many places of one mistake are pointed at.
const MOST_PLACES: usize = 3;

/// How many members of a cycle are named.
const MOST_MEMBERS: usize = 10;

fn cycle(members: &[(String, Span)]) -> String {
    let path: Vec<String> = members
        .iter()
        .take(MOST_MEMBERS)
        .map(|(name, _)| format!("`{name}`"))
        .collect();
    let rest = if members.len() > MOST_MEMBERS {
        " → …"
    } else {
        ""
    };
    let first = members.first().map_or("", |(name, _)| name.as_str());
    format!(
        "names that need each other: {}{rest} → `{first}`",
        path.join(" → ")
    )
}

fn listed(words: &[String]) -> String {
    let words: Vec<String> = words
        .iter()
        .take(MOST_LISTED)
        .map(|word| format!("`{word}`"))
        .collect();
    words.join(", ")
}

/// How many words a help line lists.
const MOST_LISTED: usize = 20;
