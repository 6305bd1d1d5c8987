//! What can be wrong with a text before anybody asks what it means.

use super::print;
use crate::problem::{Code, Label, Problem, nearest};
use crate::source::Span;
use thiserror::Error;

/// A mistake in the syntax.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(crate) enum SyntaxProblem {
    #[error("the file is not UTF-8")]
    NotUtf8 { utf16: bool, span: Span },
    #[error("the file is larger than {most_megabytes} MB")]
    TooLarge {
        bytes: usize,
        most_megabytes: usize,
        span: Span,
    },
    #[error("the file holds more than {most} nodes")]
    TooMany { most: usize, span: Span },
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
    #[error("`{}` is out of range", print::shown(.written))]
    NumberOutOfRange { written: String, span: Span },
    #[error("`{}=` has no value", print::shown(.name))]
    MissingValue { name: String, span: Span },
    #[error("`{}` is not a number", print::shown(.written))]
    BadNumber { written: String, span: Span },
    #[error("text with a reference in it needs quotes")]
    UnquotedPattern { written: String, span: Span },
    #[error("text with a `/` in it needs quotes")]
    UnquotedSlash { written: String, span: Span },
    #[error("`{}` is not a reference", print::shown(.written))]
    BadReference { written: String, span: Span },
    #[error("this `${{` is never closed")]
    UnclosedReference { span: Span },
    #[error("a reference cannot be a name")]
    ReferenceAsName { written: String, span: Span },
    #[error("property `{}` is given twice", print::shown(.name))]
    PropertyTwice {
        name: String,
        first: Span,
        second: Span,
    },
    #[error("this file says that it is KDL {version}")]
    OtherVersion { version: String, span: Span },
    #[error("`{}` cannot stand in a text as it is", print::shown(.written))]
    Hidden { written: String, span: Span },
    #[error("a string in `\"\"\"` begins on the next line")]
    LinesOnOneLine { span: Span },
    #[error("the closing `\"\"\"` stands on a line of its own")]
    ClosingNotAlone { span: Span },
    #[error("this line is indented less than the closing `\"\"\"`")]
    IndentedLess { line: Span, closing: Span },
    #[error("a raw string cannot be a lone quote")]
    LoneQuote { span: Span },
    #[error("a blank is missing here")]
    MissingSpace { span: Span },
    #[error("this annotation is never closed")]
    UnclosedAnnotation { span: Span },
    #[error("an annotation is one word in parentheses")]
    BadAnnotation { span: Span },
    #[error("nothing follows this annotation")]
    LoneAnnotation { span: Span },
    #[error("this block belongs to no node")]
    BlockWithoutName { span: Span },
    #[error("a node has one block only")]
    SecondBlock { span: Span },
    #[error("nothing can follow the block of a node")]
    AfterBlock { span: Span },
    #[error("`{}` is not a keyword", print::shown(.written))]
    UnknownKeyword { written: String, span: Span },
    #[error("raw strings begin with `#` in KDL 2")]
    OldRawString { span: Span },
    #[error("`{}` cannot be the name of a node", print::shown(.written))]
    BadName { written: String, span: Span },
    #[error("a property needs a node before it")]
    PropertyWithoutNode { span: Span },
    #[error("nothing follows this `/-`")]
    LoneSlashdash { span: Span },
    #[error("a `;` cannot end what `/-` comments out")]
    SlashdashBySemicolon { span: Span },
    #[error("this `;` ends nothing")]
    LoneSemicolon { span: Span },
    #[error("this node is longer than {most_kilobytes} KB")]
    TooLong { most_kilobytes: usize, span: Span },
    #[error("`{}` cannot stand here", print::shown(.written))]
    Unexpected { written: String, span: Span },
    #[error("this is not KDL 2")]
    NotKdl { said: String, span: Span },
}

/// What may stand behind a `#`; `#inf` and `#nan` are KDL too, but no value of ours.
const KEYWORDS: [&str; 3] = ["#true", "#false", "#null"];

impl SyntaxProblem {
    /// Whether the text is no KDL at all, rather than KDL with which the language can do nothing.
    pub(super) fn is_about_kdl(&self) -> bool {
        matches!(self, Self::NotKdl { .. })
    }

    /// The stable number.
    pub(crate) fn code(&self) -> Code {
        Code(match self {
            Self::NotUtf8 { .. } => "VML001",
            Self::TooLarge { .. } | Self::TooMany { .. } => "VML002",
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
            Self::UnquotedPattern { .. } | Self::UnquotedSlash { .. } => "VML013",
            Self::BadReference { .. } | Self::UnclosedReference { .. } => "VML014",
            Self::ReferenceAsName { .. } => "VML015",
            Self::PropertyTwice { .. } => "VML016",
            Self::OtherVersion { .. } => "VML017",
            Self::Hidden { .. } => "VML018",
            Self::LinesOnOneLine { .. }
            | Self::ClosingNotAlone { .. }
            | Self::IndentedLess { .. }
            | Self::LoneQuote { .. } => "VML019",
            Self::MissingSpace { .. } => "VML020",
            Self::UnclosedAnnotation { .. }
            | Self::BadAnnotation { .. }
            | Self::LoneAnnotation { .. } => "VML021",
            Self::BlockWithoutName { .. } | Self::SecondBlock { .. } | Self::AfterBlock { .. } => {
                "VML022"
            }
            Self::UnknownKeyword { .. } => "VML023",
            Self::OldRawString { .. } => "VML024",
            Self::BadName { .. } | Self::PropertyWithoutNode { .. } => "VML025",
            Self::LoneSlashdash { .. } | Self::SlashdashBySemicolon { .. } => "VML026",
            Self::TooLong { .. } => "VML027",
            Self::Unexpected { .. } | Self::LoneSemicolon { .. } => "VML028",
            Self::NotKdl { .. } => "VML029",
        })
    }

    fn labels(&self) -> Vec<Label> {
        match self {
            Self::NotUtf8 { span, .. } => {
                vec![Label::new(*span, "the bytes from here on are no text")]
            }
            Self::TooLarge { bytes, span, .. } => {
                vec![Label::new(*span, format!("{bytes} bytes in all"))]
            }
            Self::TooMany { span, .. } => vec![Label::new(*span, "nothing is read from here on")],
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
            Self::NumberOutOfRange { span, .. } => {
                vec![Label::new(*span, "too large, or too long")]
            }
            Self::MissingValue { span, .. } => vec![Label::new(*span, "nothing follows the `=`")],
            Self::BadNumber { span, .. } => vec![Label::new(*span, "begins like a number")],
            Self::UnquotedPattern { span, .. } => {
                vec![Label::new(*span, "to KDL, `{` opens a block here")]
            }
            Self::UnquotedSlash { span, .. } => {
                vec![Label::new(*span, "to KDL, `/` begins a comment")]
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
            Self::Hidden { span, .. } => {
                vec![Label::new(*span, "cannot be seen, or moves what can")]
            }
            Self::LinesOnOneLine { span } => {
                vec![Label::new(*span, "text on the line of the quotes")]
            }
            Self::ClosingNotAlone { span } => vec![Label::new(*span, "text stands before it")],
            Self::IndentedLess { line, closing } => {
                vec![
                    Label::new(*line, "begins too far left"),
                    Label::new(*closing, "the indentation of this line is taken off all"),
                ]
            }
            Self::LoneQuote { span } => vec![Label::new(
                *span,
                "looks like the beginning of several lines",
            )],
            Self::MissingSpace { span } => {
                vec![Label::new(*span, "runs into what stands before it")]
            }
            Self::UnclosedAnnotation { span } => vec![Label::new(*span, "opened here")],
            Self::BadAnnotation { span } => vec![Label::new(*span, "not one word")],
            Self::LoneAnnotation { span } => {
                vec![Label::new(*span, "says what kind of value follows")]
            }
            Self::BlockWithoutName { span } => {
                vec![Label::new(*span, "no name stands before it on this line")]
            }
            Self::SecondBlock { span } => vec![Label::new(*span, "the second one")],
            Self::AfterBlock { span } => vec![Label::new(*span, "behind the block")],
            Self::UnknownKeyword { span, .. } => vec![Label::new(*span, "no such keyword")],
            Self::OldRawString { span } => vec![Label::new(*span, "KDL 1")],
            Self::BadName { span, .. } => vec![Label::new(*span, "a name is wanted here")],
            Self::PropertyWithoutNode { span } => vec![Label::new(
                *span,
                "what stands before it is the name of the node",
            )],
            Self::LoneSlashdash { span } => vec![Label::new(*span, "comments out what follows")],
            Self::SlashdashBySemicolon { span } => vec![Label::new(*span, "ends nothing")],
            Self::LoneSemicolon { span } => vec![Label::new(*span, "no node stands before it")],
            Self::TooLong { span, .. } => vec![Label::new(*span, "begins here")],
            Self::Unexpected { span, .. } => vec![Label::new(*span, "not expected")],
            Self::NotKdl { said, span } => vec![Label::new(
                *span,
                format!("the parser said: {}", print::shown(said)),
            )],
        }
    }

    fn help(&self) -> Option<String> {
        Some(match self {
            Self::NotUtf8 { utf16: true, .. } => "it looks like UTF-16: save it as UTF-8".to_owned(),
            Self::NotUtf8 { .. } => "save the file as UTF-8".to_owned(),
            Self::TooLarge { .. } | Self::TooMany { .. } => "split it into several files and name them with `include`".to_owned(),
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
            Self::MissingValue { name, .. } => format!("write `{}=\"\"` if it is meant to be empty", print::shown(name)),
            Self::BadNumber { written, .. } => format!("put quotes around it: `\"{}\"`", print::shown(written)),
            Self::UnquotedPattern { written, .. } | Self::UnquotedSlash { written, .. } => format!("put quotes around it: `\"{}\"`", print::shown(written)),
            Self::BadReference { .. } => "write `$name` or `\"${name}\"`; `$${` stands for a literal `${`, and `\"$…\"` in quotes is plain text".to_owned(),
            Self::UnclosedReference { .. } => "close it with `}`, or write `$${` for a literal `${`".to_owned(),
            Self::ReferenceAsName { written, .. } => format!("only values can be references; put quotes around `{}` if it is the name", print::shown(written)),
            Self::PropertyTwice { .. } => "remove one of them".to_owned(),
            Self::OtherVersion { .. } => {
                "write `#true` for `true` and `#\"…\"#` for `r\"…\"`, then say `/- kdl-version 2` or nothing".to_owned()
            }
            Self::Hidden { written, .. } => {
                let code = written.chars().next().map_or(0, u32::from);
                format!("remove it, or write `\\u{{{code:x}}}` inside a quoted string")
            }
            Self::LinesOnOneLine { .. } => "write `\"…\"` for one line, or begin a new line behind the opening `\"\"\"`".to_owned(),
            Self::ClosingNotAlone { .. } => "begin a new line before it".to_owned(),
            Self::IndentedLess { .. } => "begin the line with the same blanks as the closing one".to_owned(),
            Self::LoneQuote { .. } => "write `\"\\\"\"`".to_owned(),
            Self::MissingSpace { .. } => "put a blank before it".to_owned(),
            Self::UnclosedAnnotation { .. } => "close it with `)`".to_owned(),
            Self::BadAnnotation { .. } => "write it like `(group)\"sg-admins\"`".to_owned(),
            Self::LoneAnnotation { .. } => "write the value behind it, or remove it".to_owned(),
            Self::BlockWithoutName { .. } => "put the `{` on the line of the node that it belongs to".to_owned(),
            Self::SecondBlock { .. } => "put everything into the first".to_owned(),
            Self::AfterBlock { .. } => "put it before the `{`, or begin a new line".to_owned(),
            Self::UnknownKeyword { written, .. } | Self::BadName { written, .. } if written == "#" => {
                "for a comment write `//`".to_owned()
            }
            Self::UnknownKeyword { written, .. } if nearest(written, KEYWORDS).is_some() => {
                format!("did you mean `{}`?", nearest(written, KEYWORDS).unwrap_or_default())
            }
            Self::UnknownKeyword { .. } => "the keywords are `#true`, `#false` and `#null`".to_owned(),
            Self::OldRawString { .. } => "write `#\"…\"#`".to_owned(),
            Self::BadName { .. } => "begin with a name, or put quotes around it if it is one".to_owned(),
            Self::PropertyWithoutNode { .. } => "leave the `=` out if this is a setting: `name value`".to_owned(),
            Self::LoneSlashdash { .. } => "remove it".to_owned(),
            Self::SlashdashBySemicolon { .. } => "begin a new line instead".to_owned(),
            Self::LoneSemicolon { .. } => "remove it".to_owned(),
            Self::TooLong { .. } => "split it into several nodes".to_owned(),
            Self::Unexpected { written, .. } if written == "=======" => {
                "it looks like an unfinished merge: keep one of the two versions, and remove the lines with `<<<<<<<`, `=======` and `>>>>>>>`".to_owned()
            }
            Self::Unexpected { written, .. } => format!("remove it, or put quotes around the text that `{}` belongs to", print::shown(written)),
            Self::NotKdl { .. } => "compare it with https://kdl.dev/spec".to_owned(),
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
