//! What can be wrong with a text before anybody asks what it means.

use super::print;
use crate::problem::{Code, Label, Problem};
use crate::source::Span;
use thiserror::Error;

/// A mistake in the syntax.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(crate) enum SyntaxProblem {
    #[error("the file is not UTF-8")]
    NotUtf8 { span: Span },
    #[error("the file is larger than {most_megabytes} MB")]
    TooLarge {
        bytes: usize,
        most_megabytes: usize,
        span: Span,
    },
    #[error("blocks are nested deeper than {most}")]
    TooDeep { most: usize, span: Span },
    #[error("`/-` is nested deeper than {most}")]
    SlashdashTooDeep { most: usize, span: Span },
    #[error("comments are nested deeper than {most}")]
    CommentTooDeep { most: usize, span: Span },
    #[error("this string is never closed")]
    UnclosedString { opened: Span, closing: String },
    #[error("this comment is never closed")]
    UnclosedComment { opened: Span },
    #[error("this block is never closed")]
    UnclosedBlock { opened: Span, end: Span },
    #[error("this `}}` closes nothing")]
    StrayBrace { span: Span },
    #[error("`{word}` is spelled `#{word}` in KDL 2")]
    BareKeyword { word: String, span: Span },
    #[error("`{}` is not an escape", .written)]
    BadEscape { written: String, span: Span },
    #[error("`{written}` is out of range")]
    NumberOutOfRange { written: String, span: Span },
    #[error("`{name}=` has no value")]
    MissingValue { name: String, span: Span },
    #[error("`{}` is not a number", print::escaped(.written))]
    BadNumber { written: String, span: Span },
    #[error("text with a reference in it needs quotes")]
    UnquotedPattern { written: String, span: Span },
    #[error("`{}` is not a reference", print::escaped(.written))]
    BadReference { written: String, span: Span },
    #[error("this `${{` is never closed")]
    UnclosedReference { span: Span },
    #[error("a reference cannot be a name")]
    ReferenceAsName { written: String, span: Span },
    #[error("property `{}` is given twice", print::escaped(.name))]
    PropertyTwice {
        name: String,
        first: Span,
        second: Span,
    },
    #[error("this file says that it is KDL {version}")]
    OtherVersion { version: String, span: Span },
    #[error("{said}")]
    NotKdl {
        said: String,
        label: String,
        help: Option<String>,
        span: Span,
    },
}

impl SyntaxProblem {
    /// The stable number.
    pub(crate) fn code(&self) -> Code {
        Code(match self {
            Self::NotUtf8 { .. } => "VML001",
            Self::TooLarge { .. } => "VML002",
            Self::TooDeep { .. } | Self::SlashdashTooDeep { .. } | Self::CommentTooDeep { .. } => {
                "VML003"
            }
            Self::UnclosedString { .. } => "VML004",
            Self::UnclosedComment { .. } => "VML005",
            Self::UnclosedBlock { .. } => "VML006",
            Self::StrayBrace { .. } => "VML007",
            Self::BareKeyword { .. } => "VML008",
            Self::BadEscape { .. } => "VML009",
            Self::NumberOutOfRange { .. } => "VML010",
            Self::MissingValue { .. } => "VML011",
            Self::BadNumber { .. } => "VML012",
            Self::UnquotedPattern { .. } => "VML013",
            Self::BadReference { .. } | Self::UnclosedReference { .. } => "VML014",
            Self::ReferenceAsName { .. } => "VML015",
            Self::PropertyTwice { .. } => "VML016",
            Self::OtherVersion { .. } => "VML017",
            Self::NotKdl { .. } => "VML029",
        })
    }

    fn labels(&self) -> Vec<Label> {
        match self {
            Self::NotUtf8 { span } => vec![Label::new(*span, "the bytes from here on are no text")],
            Self::TooLarge { bytes, span, .. } => {
                vec![Label::new(*span, format!("{bytes} bytes in all"))]
            }
            Self::TooDeep { span, .. } => vec![Label::new(*span, "one block too many")],
            Self::SlashdashTooDeep { span, .. } => vec![Label::new(*span, "one `/-` too many")],
            Self::CommentTooDeep { span, .. } => vec![Label::new(*span, "one `/*` too many")],
            Self::UnclosedString { opened, .. } | Self::UnclosedComment { opened } => {
                vec![Label::new(*opened, "opened here")]
            }
            Self::UnclosedBlock { opened, end } => vec![
                Label::new(*opened, "opened here"),
                Label::new(*end, "the file ends here"),
            ],
            Self::StrayBrace { span } => vec![Label::new(*span, "no block is open here")],
            Self::BareKeyword { span, .. } => vec![Label::new(*span, "the `#` is missing")],
            Self::BadEscape { span, .. } => vec![Label::new(*span, "in this string")],
            Self::NumberOutOfRange { span, .. } => vec![Label::new(*span, "too far from zero")],
            Self::MissingValue { span, .. } => vec![Label::new(*span, "nothing follows the `=`")],
            Self::BadNumber { span, .. } => vec![Label::new(*span, "begins like a number")],
            Self::UnquotedPattern { span, .. } => {
                vec![Label::new(*span, "to KDL, `{` opens a block here")]
            }
            Self::BadReference { span, .. } => vec![Label::new(
                *span,
                "no name that `let` or `param` could define",
            )],
            Self::UnclosedReference { span } => vec![Label::new(*span, "opened here")],
            Self::ReferenceAsName { span, .. } => vec![Label::new(*span, "a name is wanted here")],
            Self::PropertyTwice { first, second, .. } => {
                vec![
                    Label::new(*second, "given again here"),
                    Label::new(*first, "first given here"),
                ]
            }
            Self::OtherVersion { span, .. } => {
                vec![Label::new(*span, "this version of vmlogin reads KDL 2")]
            }
            Self::NotKdl { span, label, .. } => vec![Label::new(*span, label.as_str())],
        }
    }

    fn help(&self) -> Option<String> {
        Some(match self {
            Self::NotUtf8 { .. } => "save the file as UTF-8".to_owned(),
            Self::TooLarge { .. } => "split it into several files and name them with `include`".to_owned(),
            Self::TooDeep { .. } => "no manifest nests that deep: look for a `}` that is missing".to_owned(),
            Self::SlashdashTooDeep { .. } => "delete what is commented out, or comment out the outermost node alone".to_owned(),
            Self::CommentTooDeep { .. } => "delete what is commented out".to_owned(),
            Self::UnclosedString { closing, .. } => format!("close it with `{closing}`"),
            Self::UnclosedComment { .. } => "close it with `*/`".to_owned(),
            Self::UnclosedBlock { .. } => "close it with `}`".to_owned(),
            Self::StrayBrace { .. } => "remove it, or look for a `{` that is missing before it".to_owned(),
            Self::BareKeyword { word, .. } => format!("write `#{word}`, or `\"{word}\"` if text is meant"),
            Self::BadEscape { .. } => {
                "escapes are `\\\"` `\\\\` `\\n` `\\r` `\\t` `\\b` `\\f` `\\s` and `\\u{…}`; write `\\\\` for a backslash, \
                 or use a raw string: `#\"…\"#`"
                    .to_owned()
            }
            Self::NumberOutOfRange { .. } => format!("numbers lie between {} and {}; put quotes around it if it is text", i64::MIN, i64::MAX),
            Self::MissingValue { name, .. } => format!("write `{name}=\"\"` if it is meant to be empty"),
            Self::BadNumber { written, .. } => format!("put quotes around it: `{}`", print::quoted(written)),
            Self::UnquotedPattern { written, .. } => format!("put quotes around it: `\"{written}\"`"),
            Self::BadReference { .. } => "write `$name` or `\"${name}\"`; `$${` stands for a literal `${`, and `\"$…\"` in quotes is plain text".to_owned(),
            Self::UnclosedReference { .. } => "close it with `}`, or write `$${` for a literal `${`".to_owned(),
            Self::ReferenceAsName { written, .. } => format!("only values can be references; put quotes around `{written}` if it is the name"),
            Self::PropertyTwice { .. } => "remove one of them".to_owned(),
            Self::OtherVersion { .. } => {
                "write `#true` for `true` and `#\"…\"#` for `r\"…\"`, then say `/- kdl-version 2` or nothing".to_owned()
            }
            Self::NotKdl { help, .. } => return help.clone(),
        })
    }
}

impl From<SyntaxProblem> for Problem {
    fn from(problem: SyntaxProblem) -> Problem {
        Problem {
            code: problem.code(),
            message: problem.to_string(),
            labels: problem.labels(),
            help: problem.help(),
        }
    }
}
