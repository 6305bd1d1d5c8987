//! VML208: another extension of the machine failed or is being changed.

use vmlogin_engine::kind::Scene;
use vmlogin_engine::rule::{Card, Finding, Needs, Rule, Severity};

use crate::rules::subject::{Subject, logins};

pub(in crate::rules) struct OtherExtension;

static CARD: Card = Card {
    id: "VML208",
    title: "another extension failed or is being changed",
    severity: Severity::Warning,
    needs: Needs::Arm,
    explanation: "A machine's agent works on its extensions one after the other. One that failed may hold up those that come after it, \
        and one that is being changed makes Azure refuse the next write with a conflict, which vmlogin waits out.\n\n\
        Repair or remove the failed extension first if the login does not get through. A login that works already is not held up.",
    source: "public issue MicrosoftDocs/azure-docs 85736",
    checked: "2026-11-21",
};

impl Rule for OtherExtension {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn check(&self, scene: &Scene<'_>) -> Vec<Finding> {
        let subjects = logins(scene).into_iter();
        subjects
            .filter(|subject| !subject.is_installed())
            .flat_map(|subject| opinions(&subject))
            .collect()
    }
}

fn opinions(subject: &Subject<'_>) -> Vec<Finding> {
    let machine = subject.name();
    let states = subject.extensions("other-extensions");
    let opinion = |(name, state): (&str, &str)| match state {
        "failed" => Some((
            format!("the extension `{name}` of `{machine}` failed, and may hold up the login"),
            format!("repair or remove `{name}` if the login does not get through"),
        )),
        "busy" => Some((
            format!("the extension `{name}` of `{machine}` is being changed right now"),
            "run again when it has ended, should the login be refused".to_owned(),
        )),
        _ => None,
    };
    states
        .filter_map(opinion)
        .map(|(message, help)| subject.hit(&CARD, message, help))
        .collect()
}

#[cfg(test)]
mod tests {
    use vmlogin_engine::value::Attributes;

    use vmlogin_engine::value::Value;

    use super::*;
    use crate::kinds::scenes::{self, shown};

    fn check(state: &str, kept: &[&str]) -> String {
        let (manifest, mut inventory) = scenes::estate();
        inventory.live.retain(|(kind, _), _| kept.contains(kind));
        for live in inventory.live.values_mut() {
            let states = Attributes::from([("backup".to_owned(), state.into())]);
            live.facts
                .insert("other-extensions".to_owned(), Value::Map(states));
        }
        shown(&OtherExtension.check(&Scene::of(&manifest, &inventory)))
    }

    #[test]
    fn a_failed_or_busy_neighbour_is_a_warning() {
        assert_eq!(
            check("failed", &["vm"]),
            "VML208 vm:core/rg-web/web01/login warning: the extension `backup` of `web01` failed, and may hold up the login\n  help: repair or remove `backup` if the login does not get through\n"
        );
        assert_eq!(
            check("busy", &["vm"]),
            "VML208 vm:core/rg-web/web01/login warning: the extension `backup` of `web01` is being changed right now\n  help: run again when it has ended, should the login be refused\n"
        );
    }

    #[test]
    fn a_good_neighbour_or_a_login_that_works_is_fine() {
        assert_eq!(check("good", &["vm"]), "");
        assert_eq!(check("failed", &["vm", "login"]), "");
    }

    #[test]
    fn a_machine_that_could_not_be_read_is_left_to_vml200() {
        assert_eq!(check("failed", &[]), "");
    }
}
