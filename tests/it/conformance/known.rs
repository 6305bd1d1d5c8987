//! Where real traffic is known to differ from Microsoft's files, so that the sandbox may answer as the service does.
//!
//! A deviation silences one flaw of one operation and nothing else. Each has where it was seen and when it was checked;
//! one that no test needs any more fails `every_deviation_is_still_one`.

use super::Flaw;

/// One difference between the published contract and what the service was seen to answer.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Deviation {
    /// `operationId`.
    pub(crate) operation: &'static str,
    /// The flaw's place; `*` stands for one array index or map key.
    pub(crate) place: &'static str,
    /// The flaw's wording.
    pub(crate) what: &'static str,
    /// Where the difference was seen.
    pub(crate) source: &'static str,
    /// When somebody last held it against that source.
    pub(crate) checked: &'static str,
}

/// All of them. Null in answers is not among them: it means unset everywhere and is handled in `schema::Side`.
pub(crate) const DEVIATIONS: &[Deviation] = &[];

/// The deviation that allows this flaw of an answer.
pub(crate) fn deviation(operation: &str, flaw: &Flaw) -> Option<&'static Deviation> {
    DEVIATIONS.iter().find(|known| known.operation == operation && known.what == flaw.what && fits(known.place, &flaw.place))
}

fn fits(pattern: &str, place: &str) -> bool {
    let (pattern, place): (Vec<_>, Vec<_>) = (pattern.split('/').collect(), place.split('/').collect());
    pattern.len() == place.len() && pattern.iter().zip(&place).all(|(pattern, place)| *pattern == "*" || pattern == place)
}
