//! What guards refuse: with numbers, the addresses it is about, and the exact flag that lifts it.

use std::collections::BTreeSet;
use std::fmt::Write;

use vmlogin_engine::plan::guard::Refusal;

use super::{Paint, View, foreign, prose};

/// More lines than this are counted.
const FEW: usize = 10;

/// The refusals of an apply, which end it; `all` is the command line that lifts all of them.
pub(crate) fn refused(refusals: &[Refusal], all: &str, view: View) -> String {
    let mut screen = String::new();
    for refusal in refusals {
        let what = format!("the guard `{}` refuses this plan", refusal.guard);
        screen.push_str(&prose::headed(view, 0, "refused:", Paint::removed, &what));
        details(refusal, view, &mut screen);
    }
    screen.push_str("nothing was done\n");
    if !refusals.is_empty() {
        screen.push_str(&lifting(refusals, all, view));
    }
    screen
}

/// The same, announced by a plan.
pub(crate) fn announced(refusals: &[Refusal], view: View) -> String {
    let mut screen = String::new();
    for refusal in refusals {
        let what = format!("an apply would be refused by the guard `{}`", refusal.guard);
        screen.push_str(&prose::headed(view, 0, "note:", Paint::changed, &what));
        details(refusal, view, &mut screen);
    }
    screen
}

/// The values of `--accept` that lift all refusals; `None` where flags alone do not.
pub(crate) fn accepting(refusals: &[Refusal]) -> Option<Vec<&str>> {
    let flags = refusals.iter().map(|refusal| refusal.accept.as_deref());
    let flags: Option<BTreeSet<&str>> = flags.collect();
    Some(flags?.into_iter().collect())
}

/// How to go on after a look at all of them.
fn lifting(refusals: &[Refusal], all: &str, view: View) -> String {
    let flags = accepting(refusals);
    let how = match (flags, refusals.len()) {
        (Some(_), 1) => "to go on all the same, after a look at it:",
        (Some(_), _) => "to go on all the same, after a look at all of them:",
        (None, 1) => return String::new(),
        (None, _) => {
            let not = "flags alone do not lift all of these: see each of them";
            return prose::prose(view, 0, not);
        }
    };
    // A command line is pasted: it is not broken into lines.
    format!("{}  {}\n", prose::prose(view, 0, how), foreign::line(all))
}

fn details(refusal: &Refusal, view: View, screen: &mut String) {
    screen.push_str(&prose::prose(view, 2, &refusal.message));
    let addresses = refusal.affected.iter().map(|it| it.as_str());
    // An address is copied: it is not broken into lines.
    let whole = |line: &str| format!("    {}\n", foreign::line(line));
    listed(addresses.collect(), whole, view, screen);
    if !refusal.who.is_empty() {
        screen.push_str(&prose::prose(view, 2, "whom it concerns:"));
        let who = refusal.who.iter().map(String::as_str).collect();
        listed(who, |line| prose::prose(view, 4, line), view, screen);
    }
    screen.push_str(&prose::prose(
        view,
        2,
        &format!("to lift it: {}", refusal.lift),
    ));
}

/// One a line; more than a few are counted.
fn listed(lines: Vec<&str>, shown_as: impl Fn(&str) -> String, view: View, screen: &mut String) {
    let shown = if view.verbose { lines.len() } else { FEW };
    for line in lines.iter().take(shown) {
        screen.push_str(&shown_as(line));
    }
    if lines.len() > shown {
        let more = lines.len() - shown;
        let _ = writeln!(screen, "    and {more} more; -v shows them all");
    }
}

/// What a plan says of a secret that an apply would not find.
pub(crate) fn without(missing: &str, view: View) -> String {
    let what = format!("an apply here and now would not begin: {missing}");
    prose::headed(view, 0, "warning:", Paint::changed, &what)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample::{PLAIN, machine};

    #[test]
    fn one_command_line_lifts_all_where_flags_do() {
        let refusal = |guard: &str, accept: Option<&str>| Refusal {
            guard: guard.to_owned(),
            message: "something".to_owned(),
            affected: Vec::new(),
            who: Vec::new(),
            lift: "…".to_owned(),
            accept: accept.map(str::to_owned),
        };
        let liftable = refusal("protected", Some("protected"));
        let other = refusal("max-delete", Some("max-delete=12"));
        let firm = refusal("max-delete", None);
        let both = [liftable.clone(), other, liftable.clone()];
        assert_eq!(accepting(&both), Some(vec!["max-delete=12", "protected"]));
        let with_firm = [liftable, firm.clone()];
        assert_eq!(accepting(&with_firm), None);
        let ends = |refusals: &[Refusal]| {
            let screen = refused(refusals, "vmlogin apply", PLAIN);
            screen
                .rsplit("nothing was done\n")
                .next()
                .map(str::to_owned)
        };
        assert_eq!(
            ends(&both).as_deref(),
            Some("to go on all the same, after a look at all of them:\n  vmlogin apply\n")
        );
        assert_eq!(
            ends(&with_firm).as_deref(),
            Some("flags alone do not lift all of these: see each of them\n")
        );
        assert_eq!(ends(&[firm]).as_deref(), Some(""));
    }

    #[test]
    fn a_refusal_has_numbers_addresses_and_the_flag_that_lifts_it() {
        let refusal = Refusal {
            guard: "max-delete".to_owned(),
            message: "12 things would be deleted or revoked, and 5 may be".to_owned(),
            affected: (1..=12)
                .map(|number| machine(&format!("web{number:02}"), &["login"]))
                .collect(),
            who: (1..=12).map(|number| format!("user `u{number}`")).collect(),
            lift: "--accept max-delete=12".to_owned(),
            accept: Some("max-delete=12".to_owned()),
        };
        let all = "vmlogin apply --accept max-delete=12";
        insta::assert_snapshot!(refused(std::slice::from_ref(&refusal), all, PLAIN), @"
        refused: the guard `max-delete` refuses this plan
          12 things would be deleted or revoked, and 5 may be
            vm:core/rg-web/web01/login
            vm:core/rg-web/web02/login
            vm:core/rg-web/web03/login
            vm:core/rg-web/web04/login
            vm:core/rg-web/web05/login
            vm:core/rg-web/web06/login
            vm:core/rg-web/web07/login
            vm:core/rg-web/web08/login
            vm:core/rg-web/web09/login
            vm:core/rg-web/web10/login
            and 2 more; -v shows them all
          whom it concerns:
            user `u1`
            user `u2`
            user `u3`
            user `u4`
            user `u5`
            user `u6`
            user `u7`
            user `u8`
            user `u9`
            user `u10`
            and 2 more; -v shows them all
          to lift it: --accept max-delete=12
        nothing was done
        to go on all the same, after a look at it:
          vmlogin apply --accept max-delete=12
        ");
        assert!(
            announced(&[refusal], PLAIN)
                .starts_with("note: an apply would be refused by the guard `max-delete`\n")
        );
    }
}
