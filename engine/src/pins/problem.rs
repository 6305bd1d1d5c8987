//! What is wrong in a principal lock.

use super::{FORMAT, PRINCIPAL_TYPES};
use crate::problem::{Code, Label, Problem};
use crate::source::Span;
use crate::syntax::print::shown;

/// One mistake. Whoever writes the file by hand gets the places; what it says is never taken on trust.
#[derive(Clone, Debug)]
pub(super) enum PinProblem {
    NoVersion {
        span: Option<Span>,
    },
    UnknownNode {
        name: String,
        allowed: &'static [&'static str],
        span: Span,
    },
    Misshapen {
        node: String,
        wants: &'static str,
        span: Span,
    },
    NoGuid {
        what: &'static str,
        written: String,
        span: Span,
    },
    OtherType {
        written: String,
        allowed: Vec<&'static str>,
        span: Span,
    },
    OtherId {
        span: Span,
    },
    Twice {
        name: String,
        span: Span,
        first: Span,
    },
    OtherTenant {
        name: String,
        declared: String,
        span: Span,
        declared_at: Span,
    },
}

/// What mends what somebody wrote by hand or merged badly.
const WRITE_ANEW: &str = "take the line out and run `vmlogin pin`, which writes it anew";

impl From<PinProblem> for Problem {
    fn from(problem: PinProblem) -> Problem {
        use PinProblem as P;
        let (code, message, labels, help) = match problem {
            P::NoVersion { span } => (
                "VML080",
                format!("a principal lock says `principal-lock {FORMAT}` before anything else"),
                span.map(|span| Label::new(span, "something else")).into_iter().collect(),
                "run the version of vmlogin that wrote the file, or delete the file and run `vmlogin pin`: then review who is pinned".to_owned(),
            ),
            P::UnknownNode { name, allowed, span } => (
                "VML081",
                format!("unknown node `{}` in a principal lock", shown(&name)),
                vec![Label::new(span, "nothing that can be pinned")],
                format!("it can hold {}: {WRITE_ANEW}", listed(allowed)),
            ),
            P::Misshapen { node, wants, span } => (
                "VML082",
                format!("`{}` of a principal lock is written {wants}", shown(&node)),
                vec![Label::new(span, "it is not")],
                WRITE_ANEW.to_owned(),
            ),
            P::NoGuid { what, written, span } => (
                "VML083",
                format!("`{}` is not {what}", shown(&written)),
                vec![Label::new(span, "no GUID")],
                WRITE_ANEW.to_owned(),
            ),
            P::OtherType { written, allowed, span } => (
                "VML083",
                format!("`{}` is not the type of what is pinned here", shown(&written)),
                vec![Label::new(span, format!("not {}", listed(&allowed)))],
                WRITE_ANEW.to_owned(),
            ),
            P::OtherId { span } => (
                "VML083",
                "an object id stands for itself and nothing else".to_owned(),
                vec![Label::new(span, "another id")],
                WRITE_ANEW.to_owned(),
            ),
            P::Twice { name, span, first } => (
                "VML084",
                format!("`{}` is pinned twice", shown(&name)),
                vec![Label::new(span, "once more"), Label::new(first, "first pinned here")],
                "keep the line that was reviewed and take the other one out; if neither is known to be right, take both out and run `vmlogin pin`".to_owned(),
            ),
            P::OtherTenant { name, declared, span, declared_at } => (
                "VML085",
                format!("the principal lock is of another tenant than `{}`", shown(&name)),
                vec![
                    Label::new(span, "locked for this tenant"),
                    Label::new(declared_at, format!("declared as {declared}")),
                ],
                "correct the id of the tenant; if it did move, delete the principal lock and run `vmlogin pin`: every name is then looked up anew".to_owned(),
            ),
        };
        Problem {
            code: Code(code),
            message,
            labels,
            help: Some(help),
        }
    }
}

/// `a`, `b` or `c`.
fn listed(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.as_slice() {
        [all @ .., last] if !all.is_empty() => format!("{} or {last}", all.join(", ")),
        all => all.join(""),
    }
}

/// The types that an object can have whose name is of a kind.
pub(super) fn types(of: crate::value::PrincipalKind) -> Vec<&'static str> {
    use crate::value::PrincipalKind as K;
    match of {
        K::User => vec!["User"],
        K::Group => vec!["Group"],
        K::ServicePrincipal | K::Identity => vec!["ServicePrincipal"],
        K::ObjectId => PRINCIPAL_TYPES.to_vec(),
    }
}
