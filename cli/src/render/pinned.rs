//! What became of each name when a manifest's names were pinned.

use std::path::Path;

use serde::Serialize;
use vmlogin_engine::pins::{Fate, Pin, Pins, Renewal, Row};

use super::given::{Given, of_help};
use super::{Paint, View, pretty, prose};
use crate::files::shown;
use crate::session::manifest::Loaded;

/// The version of the JSON. It rises when a reader of the old form would be misled.
const FORMAT: u32 = 1;

/// What came of pinning.
pub(crate) struct Pinning<'a> {
    /// What becomes of each name.
    pub renewal: &'a Renewal,
    /// Where the lock is.
    pub path: &'a Path,
    /// Whether it was written.
    pub written: bool,
    /// Whether there was one before.
    pub was_there: bool,
}

/// What was pinned, name by name, and a summary; nothing where a name is refused.
pub(crate) fn text(pinning: &Pinning<'_>, view: View) -> String {
    if pinning.renewal.is_refused() {
        return String::new();
    }
    let mut screen = String::new();
    for row in &pinning.renewal.rows {
        // What is as it was is counted below.
        if view.verbose || !matches!(row.fate, Fate::Unchanged(_)) {
            screen.push_str(&line(row, &of_tenant(pinning, row), view));
        }
    }
    screen.push_str(&prose::prose(view, 0, &summary(pinning)));
    if pinning.written {
        let next = "next: check it in together with the manifest; plans then need no right to read the directory";
        screen.push_str(&prose::prose(view, 0, next));
    }
    screen
}

/// The names that cannot be pinned, each with what to do; nothing where all can.
pub(crate) fn refused(pinning: &Pinning<'_>, view: View) -> String {
    let mut screen = String::new();
    for row in &pinning.renewal.rows {
        let Some((message, help)) = refusal(row) else {
            continue;
        };
        let of = of_tenant(pinning, row);
        screen.push_str(&prose::headed(
            view,
            0,
            "refused:",
            Paint::removed,
            &format!("{message}{of}"),
        ));
        screen.push_str(&prose::prose(view, 2, &format!("help: {help}")));
    }
    if !screen.is_empty() {
        let name = shown(pinning.path);
        let said = match pinning.was_there {
            true => format!("nothing was written: {name} is as it was"),
            false => format!("nothing was written: there is no {name}"),
        };
        screen.push_str(&prose::prose(view, 0, &said));
    }
    screen
}

/// The same as one JSON document.
pub(crate) fn json(pinning: &Pinning<'_>, given: Given) -> String {
    let rows = pinning.renewal.rows.iter();
    pretty(&Document {
        format: FORMAT,
        lock: shown(pinning.path),
        written: pinning.written,
        principals: rows.map(|row| Entry::of(row, given)).collect(),
    })
}

/// What is said of pinned names that the manifest does not use; nothing where there are none.
pub(crate) fn surplus(loaded: &Loaded, view: View) -> String {
    let surplus = loaded
        .pins
        .as_ref()
        .map(|pins| pins.surplus(&loaded.manifest));
    let Some([first, others @ ..]) = surplus.as_deref() else {
        return String::new();
    };
    let first = format!("`{}`", first.1);
    let who = match others.len() {
        0 => format!("{first}, whom"),
        1 => format!("{first} and 1 more, whom"),
        more => format!("{first} and {more} more, whom"),
    };
    let said = format!(
        "the principal lock has {who} the manifest does not name: `vmlogin pin` takes such lines out"
    );
    prose::headed(view, 0, "note:", Paint::changed, &said)
}

/// How a lock stands to its manifest, in a few words: "3 names pinned".
pub(crate) fn counted(pins: &Pins) -> String {
    match pins.count() {
        1 => "1 name pinned".to_owned(),
        count => format!("{count} names pinned"),
    }
}

fn summary(pinning: &Pinning<'_>) -> String {
    let name = shown(pinning.path);
    let pins = &pinning.renewal.pins;
    match (pinning.written, pinning.was_there) {
        (true, _) => format!("wrote {name}: {}", counted(pins)),
        (false, true) => format!("{name} is as it should be: {}", counted(pins)),
        (false, false) => {
            format!("nobody to pin: the manifest names nobody, so {name} is not written")
        }
    }
}

fn line(row: &Row, of: &str, view: View) -> String {
    let (head, paint): (_, fn(Paint, &str) -> String) = match row.fate {
        Fate::New(_) => ("+ new", Paint::added),
        Fate::Unchanged(_) => ("= unchanged", Paint::plain),
        Fate::Renamed { .. } => ("~ renamed", Paint::changed),
        Fate::Renewed { .. } => ("~ renewed", Paint::changed),
        Fate::Gone(_) => ("- gone", Paint::removed),
        Fate::LeftOut => ("? left out", Paint::changed),
        Fate::Refused { .. } => ("x refused", Paint::removed),
    };
    let said = match &row.fate {
        Fate::New(pin) | Fate::Unchanged(pin) | Fate::Gone(pin) => object(pin),
        Fate::Renamed { was, pin } => format!("{}, called `{was}` before", object(pin)),
        Fate::Renewed { was, pin } => format!("{}, before {}", object(pin), object(was)),
        Fate::LeftOut => "only `absent` names it, and nobody has the name".to_owned(),
        Fate::Refused { .. } => String::new(),
    };
    let text = format!("{}: {said}{of}", row.principal);
    prose::headed(view, 2, head, paint, &text)
}

/// An object as a sentence names it.
fn object(pin: &Pin) -> String {
    format!(
        "{} {} (`{}`)",
        pin.principal_type, pin.object_id, pin.display_name
    )
}

/// Which tenant a row is of, where there are several.
fn of_tenant(pinning: &Pinning<'_>, row: &Row) -> String {
    let mut rows = pinning.renewal.rows.iter();
    match rows.any(|other| other.tenant != row.tenant) {
        true => format!(" in tenant `{}`", row.tenant),
        false => String::new(),
    }
}

/// Why a name cannot be pinned, and what to do.
fn refusal(row: &Row) -> Option<(String, String)> {
    let Fate::Refused { was, now } = &row.fate else {
        return None;
    };
    Some(vmlogin_azure::rules::unpinnable(
        &row.principal,
        &row.tenant,
        was.as_ref(),
        now,
    ))
}

#[derive(Serialize)]
struct Document {
    format: u32,
    lock: String,
    written: bool,
    principals: Vec<Entry>,
}

/// One name.
#[derive(Serialize)]
struct Entry {
    tenant: String,
    principal: String,
    fate: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    object: Option<Object>,
    #[serde(skip_serializing_if = "Option::is_none")]
    was: Option<Object>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<String>,
}

#[derive(Serialize)]
struct Object {
    id: String,
    principal_type: String,
    display_name: String,
}

impl Entry {
    fn of(row: &Row, given: Given) -> Entry {
        let (fate, object, was) = match &row.fate {
            Fate::New(pin) => ("new", Some(pin), None),
            Fate::Unchanged(pin) => ("unchanged", Some(pin), None),
            Fate::Renamed { pin, .. } => ("renamed", Some(pin), None),
            Fate::Renewed { was, pin } => ("renewed", Some(pin), Some(was)),
            Fate::Gone(pin) => ("gone", None, Some(pin)),
            Fate::LeftOut => ("left-out", None, None),
            Fate::Refused { was, .. } => ("refused", None, was.as_ref()),
        };
        let (message, mut help) = refusal(row).unzip();
        of_help(&mut help, given);
        Entry {
            tenant: row.tenant.clone(),
            principal: row.principal.to_string(),
            fate,
            object: object.map(Object::of),
            was: was.map(Object::of),
            message,
            help,
        }
    }
}

impl Object {
    fn of(pin: &Pin) -> Object {
        Object {
            id: pin.object_id.clone(),
            principal_type: pin.principal_type.clone(),
            display_name: pin.display_name.clone(),
        }
    }
}
