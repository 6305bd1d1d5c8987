//! `vmlogin explain`: what a rule asks for, why, and where that is written; what a guard refuses.

use vmlogin_azure::rules::{cards, rules};
use vmlogin_engine::plan::guard::{GUARDS, Guard};
use vmlogin_engine::problem::nearest;
use vmlogin_engine::rule::{Card, nearest_rule};

use crate::args::{ExplainArgs, Format};
use crate::error::Error;
use crate::exit::Exit;
use crate::render::explained::{self, Explained};
use crate::session::Session;

/// Explains one rule or guard, or lists all.
pub(crate) fn run(session: &Session, args: &ExplainArgs) -> Result<Exit, Error> {
    let (rules, guards): (Vec<Explained>, Vec<&Guard>) = match &args.rule {
        Some(name) => match Guard::named(&name.to_lowercase()) {
            Some(guard) => (Vec::new(), vec![guard]),
            None => (vec![with_firm(card(name)?)], Vec::new()),
        },
        None => (
            cards().into_iter().map(with_firm).collect(),
            GUARDS.iter().collect(),
        ),
    };
    let view = session.view_out();
    session.terminal.result(&match (args.format, &args.rule) {
        (Format::Json, _) => explained::json(&rules, &guards),
        (Format::Text, Some(_)) => {
            explained::text(&rules, view) + &explained::guards(&guards, view)
        }
        (Format::Text, None) => {
            explained::list(&rules, view) + &explained::guard_list(&guards, view)
        }
    });
    Ok(Exit::Done)
}

fn with_firm(card: &'static Card) -> Explained {
    let rule = rules().iter().find(|rule| rule.card().id == card.id);
    Explained {
        card,
        firm: rule.and_then(|rule| rule.firm()),
    }
}

fn card(typed: &str) -> Result<&'static Card, Error> {
    let name = &spelled(typed);
    let known = cards().into_iter().find(|card| card.id == name);
    known.ok_or_else(|| {
        if is_problem(name) {
            return Error::usage(
                format!("`{name}` is no rule: it marks a problem in the text of a manifest"),
                "its own message and help say what to do; `vmlogin validate` shows them",
            );
        }
        let guards = GUARDS.iter().map(|guard| guard.name);
        let near = nearest_rule(rules(), name).or_else(|| nearest(&typed.to_lowercase(), guards));
        let help = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => "see all rules and guards with `vmlogin explain`".to_owned(),
        };
        Error::usage(format!("there is no rule or guard `{typed}`"), help)
    })
}

/// A rule's number as the rules spell it, however a person typed it: `vml201`, `201`.
fn spelled(name: &str) -> String {
    match name.bytes().all(|byte| byte.is_ascii_digit()) && name.len() == 3 {
        true => format!("VML{name}"),
        false => name.to_uppercase(),
    }
}

/// Whether a word is the code of a problem: those below 200 are.
fn is_problem(name: &str) -> bool {
    name.strip_prefix("VML")
        .filter(|number| number.len() == 3)
        .and_then(|number| number.parse::<u16>().ok())
        .is_some_and(|number| number < 200)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_below_200_is_a_problem_of_the_text() {
        assert!(is_problem("VML112"));
        assert!(!is_problem("VML201"));
        assert!(!is_problem("VML12"));
        assert!(!is_problem("112"));
    }

    #[test]
    fn every_rule_is_found_by_its_number() {
        for rule in rules() {
            let id = rule.card().id;
            for typed in [id, &id.to_lowercase(), &id[3..]] {
                assert_eq!(card(typed).unwrap().id, id);
            }
        }
    }
}
