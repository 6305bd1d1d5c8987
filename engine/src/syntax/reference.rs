//! `$name` and `"${name}"`: where a string stops being a string.
//!
//! To KDL both are plain strings. A bare word that begins with `$` is a reference, a quoted string with `${…}` in it is
//! a pattern, and raw strings are left alone.

use super::problem::SyntaxProblem;
use super::tree::{Piece, Reference, Scalar};
use crate::source::Span;
use std::sync::Arc;

/// What a bare word means.
pub(super) fn bare(word: &str, span: Span) -> Result<Scalar, SyntaxProblem> {
    match word.strip_prefix('$') {
        None => Ok(Scalar::Text(word.to_owned())),
        Some(name) => path(name)
            .map(|path| Scalar::Reference(Reference { path, span }))
            .ok_or_else(|| SyntaxProblem::BadReference {
                written: word.to_owned(),
                span,
            }),
    }
}

/// What a quoted string means: `raw` as it stands in the text at `span`, quotes included, `cooked` with its escapes
/// resolved.
pub(super) fn quoted(raw: &str, cooked: &str, span: Span) -> Result<Scalar, SyntaxProblem> {
    if !cooked.contains("${") {
        return Ok(Scalar::Text(cooked.to_owned()));
    }
    let parts = split(cooked);
    let places = places(
        raw,
        span,
        parts
            .iter()
            .filter(|part| matches!(part, Part::Name(_)))
            .count(),
    );
    let mut places = places.into_iter();
    let mut pieces = Vec::new();
    for part in parts {
        pieces.push(match part {
            Part::Text(text) => Piece::Text(text),
            Part::Name(name) => {
                let span = places.next().unwrap_or(span);
                let bad = || SyntaxProblem::BadReference {
                    written: format!("${{{name}}}"),
                    span,
                };
                Piece::Reference(Reference {
                    path: path(&name).ok_or_else(bad)?,
                    span,
                })
            }
            Part::Unclosed => {
                let span = places.last().unwrap_or(span);
                return Err(SyntaxProblem::UnclosedReference { span });
            }
        });
    }
    Ok(match pieces.as_slice() {
        [Piece::Text(text)] => Scalar::Text(text.clone()),
        _ => Scalar::Pattern(pieces),
    })
}

/// Whether a word can be named by a reference.
pub(crate) fn is_name(word: &str) -> bool {
    let mut letters = word.chars();
    letters
        .next()
        .is_some_and(|first| first.is_alphabetic() || first == '_')
        && letters.all(|letter| letter.is_alphanumeric() || letter == '_' || letter == '-')
}

/// `name` or `row.column`.
fn path(written: &str) -> Option<Arc<[String]>> {
    let path: Arc<[String]> = written.split('.').map(str::to_owned).collect();
    (path.len() <= 2 && path.iter().all(|name| is_name(name))).then_some(path)
}

enum Part {
    Text(String),
    Name(String),
    /// A `${` without its `}`.
    Unclosed,
}

/// Cuts a string at its `${…}`; `$${` is a literal `${`.
fn split(cooked: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut text = String::new();
    let mut rest = cooked;
    while let Some(at) = rest.find("${") {
        if rest[..at].ends_with('$') {
            text.push_str(&rest[..at - 1]);
            text.push_str("${");
            rest = &rest[at + 2..];
            continue;
        }
        text.push_str(&rest[..at]);
        let Some(length) = rest[at..].find('}') else {
            parts.push(Part::Unclosed);
            return parts;
        };
        if !text.is_empty() {
            parts.push(Part::Text(std::mem::take(&mut text)));
        }
        parts.push(Part::Name(rest[at + 2..at + length].to_owned()));
        rest = &rest[at + length + 1..];
    }
    text.push_str(rest);
    if !text.is_empty() || parts.is_empty() {
        parts.push(Part::Text(text));
    }
    parts
}

/// Where the `count` references of a quoted string stand, and behind them one that is not closed. Where escapes spell
/// parts of them, the places cannot be told and the whole string has to do.
fn places(raw: &str, span: Span, count: usize) -> Vec<Span> {
    let mut places = Vec::new();
    let mut from = 0;
    while let Some(at) = raw[from..].find("${").map(|at| from + at) {
        from = at + 2;
        if raw[..at].ends_with('$') {
            continue;
        }
        let start = span.start as usize + at;
        let Some(close) = raw[at..].find('}') else {
            places.push(Span::new(span.source, start, start + 2));
            break;
        };
        from = at + close + 1;
        places.push(Span::new(span.source, start, start + close + 1));
    }
    if places.len() == count || places.len() == count + 1 {
        places
    } else {
        Vec::new()
    }
}
