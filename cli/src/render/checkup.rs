//! What `doctor` found, check by check.

use serde::Serialize;

use super::given::{Given, of_help};
use super::{Paint, View, pretty, prose};

/// The version of the JSON. It rises when a reader of the old form would be misled.
const FORMAT: u32 = 1;

/// One check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Check {
    /// What was looked at: "manifest".
    pub what: String,
    /// What was found.
    #[serde(flatten)]
    pub result: Found,
}

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "result", rename_all = "kebab-case")]
pub(crate) enum Found {
    /// As it should be.
    Ok {
        /// What there is.
        said: String,
    },
    /// Not as it should be.
    Wrong {
        /// Why.
        said: String,
        /// What to do.
        fix: Option<String>,
        /// Whether a right or a credential is missing.
        access: bool,
    },
    /// Not looked at.
    NotChecked {
        /// Why not.
        said: String,
    },
}

impl Check {
    /// A check that went well.
    pub(crate) fn ok(what: impl Into<String>, said: impl Into<String>) -> Check {
        let said = said.into();
        Check {
            what: what.into(),
            result: Found::Ok { said },
        }
    }

    /// One that found something wrong, which is no matter of access.
    pub(crate) fn wrong(what: impl Into<String>, said: impl Into<String>, fix: &str) -> Check {
        Check {
            what: what.into(),
            result: Found::Wrong {
                said: said.into(),
                fix: Some(fix.to_owned()),
                access: false,
            },
        }
    }

    /// One that could not be made.
    pub(crate) fn not_checked(what: impl Into<String>, said: impl Into<String>) -> Check {
        let said = said.into();
        Check {
            what: what.into(),
            result: Found::NotChecked { said },
        }
    }
}

/// A line a check, a fix below what is wrong, and a summary.
pub(crate) fn text(checks: &[Check], view: View) -> String {
    let mut screen = String::new();
    for check in checks {
        let (head, paint, said): (_, fn(Paint, &str) -> String, _) = match &check.result {
            Found::Ok { said } => ("= ok", Paint::added, said),
            Found::Wrong { said, .. } => ("x wrong", Paint::removed, said),
            Found::NotChecked { said } => ("? not checked", Paint::changed, said),
        };
        let line = format!("{}: {said}", check.what);
        screen.push_str(&prose::headed(view, 2, head, paint, &line));
        if let Found::Wrong { fix: Some(fix), .. } = &check.result {
            screen.push_str(&prose::prose(view, 6, &format!("help: {fix}")));
        }
    }
    let count = |is: fn(&Found) -> bool| checks.iter().filter(|check| is(&check.result)).count();
    let mut summary = format!(
        "doctor: {} ok, {} wrong",
        count(|found| matches!(found, Found::Ok { .. })),
        count(|found| matches!(found, Found::Wrong { .. })),
    );
    let open = count(|found| matches!(found, Found::NotChecked { .. }));
    if open > 0 {
        summary.push_str(&format!(", {open} not checked"));
    }
    screen.push('\n');
    screen.push_str(&view.paint.heading(&summary));
    screen.push('\n');
    screen
}

/// The same as one JSON document.
pub(crate) fn json(mut checks: Vec<Check>, given: Given) -> String {
    for check in &mut checks {
        if let Found::Wrong { fix, .. } = &mut check.result {
            of_help(fix, given);
        }
    }
    pretty(&Document {
        format: FORMAT,
        checks,
    })
}

#[derive(Serialize)]
struct Document {
    format: u32,
    checks: Vec<Check>,
}
