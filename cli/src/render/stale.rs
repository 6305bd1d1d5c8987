//! Where planning anew comes to something else than a saved plan says.

use std::fmt::Write;

use vmlogin_engine::plan::Action;
use vmlogin_engine::plan::saved::{Difference, Drift};

use super::{View, foreign, prose};

/// More differences than this are counted.
const FEW: usize = 20;

/// The differences, each with its address.
pub(crate) fn text(differences: &[Difference], view: View) -> String {
    let mut screen = String::new();
    let shown = if view.verbose { differences.len() } else { FEW };
    for difference in differences.iter().take(shown) {
        let _ = writeln!(screen, "  {}", foreign::line(difference.address.as_str()));
        screen.push_str(&prose::prose(view, 4, &how(&difference.drift)));
    }
    if differences.len() > shown {
        let more = differences.len() - shown;
        let _ = writeln!(screen, "  and {more} more; -v shows them all");
    }
    screen
}

fn how(drift: &Drift) -> String {
    match drift {
        Drift::Dropped { was } => format!("{}; nothing is to be done there now", planned(*was)),
        Drift::Added { is } => format!("is not in the plan; {}", now(*is)),
        Drift::Action { was, is } => format!("{}; {}", planned(*was), meanwhile(*was, *is)),
        Drift::Blocked { was: None, is } => {
            format!("is blocked now, by {}", is.as_deref().unwrap_or("a rule"))
        }
        Drift::Blocked {
            was: Some(was),
            is: None,
        } => format!("was blocked by {was}, and is no longer"),
        Drift::Blocked {
            was: Some(was),
            is: Some(is),
        } => format!("was blocked by {was}, and is now by {is}"),
        Drift::Changes { attributes } => {
            format!("other values would be changed now: {}", listed(attributes))
        }
        Drift::Write { attributes } => {
            format!("something else would be sent now: {}", listed(attributes))
        }
        Drift::Subject => "it is another thing now".to_owned(),
        Drift::Waits => "it would wait for other steps now".to_owned(),
        Drift::Read => "is not as it was read for the plan".to_owned(),
    }
}

fn planned(was: Action) -> String {
    match was {
        Action::Create => "was to be created".to_owned(),
        Action::Keep => "was to stay as it is".to_owned(),
        Action::Defer => "was to be put off".to_owned(),
        other => format!("was to be {}d", other.word()),
    }
}

fn meanwhile(was: Action, is: Action) -> String {
    match (was, is) {
        (Action::Create, Action::Keep) => "exists now".to_owned(),
        (Action::Create, Action::Update) => "exists now, and differs".to_owned(),
        (_, Action::Create) => "is gone now, and would be created".to_owned(),
        (Action::Defer, _) => format!("can be done now: {}", now(is)),
        (_, is) => now(is),
    }
}

fn now(is: Action) -> String {
    match is {
        Action::Keep => "would stay as it is now".to_owned(),
        Action::Defer => "would be put off now".to_owned(),
        Action::Revoke => "would be revoked now".to_owned(),
        other => format!("would be {}d now", other.word()),
    }
}

fn listed(attributes: &[String]) -> String {
    let names: Vec<String> = attributes.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample::{PLAIN, machine};

    #[test]
    fn every_difference_is_a_sentence() {
        let drifts = [
            Drift::Action {
                was: Action::Create,
                is: Action::Keep,
            },
            Drift::Action {
                was: Action::Keep,
                is: Action::Create,
            },
            Drift::Action {
                was: Action::Defer,
                is: Action::Update,
            },
            Drift::Action {
                was: Action::Update,
                is: Action::Keep,
            },
            Drift::Dropped {
                was: Action::Revoke,
            },
            Drift::Added { is: Action::Revoke },
            Drift::Blocked {
                was: None,
                is: Some("VML207".to_owned()),
            },
            Drift::Changes {
                attributes: vec!["tags.owner".to_owned(), "size".to_owned()],
            },
            Drift::Write {
                attributes: vec!["principal-id".to_owned()],
            },
            Drift::Subject,
            Drift::Waits,
            Drift::Read,
        ];
        let differences: Vec<Difference> = drifts
            .into_iter()
            .enumerate()
            .map(|(number, drift)| Difference {
                address: machine(&format!("web{number:02}"), &[]),
                drift,
            })
            .collect();
        insta::assert_snapshot!(text(&differences, PLAIN));
    }
}
