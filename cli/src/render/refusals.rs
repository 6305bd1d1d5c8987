//! What guards refuse: with numbers, the addresses it is about, and the exact flag that lifts it.

use std::fmt::Write;

use vmlogin_engine::plan::guard::Refusal;

use super::{Paint, View, foreign, prose};

/// More addresses than this are counted.
const FEW: usize = 10;

/// The refusals of an apply, which end it.
pub(crate) fn refused(refusals: &[Refusal], view: View) -> String {
    let mut screen = String::new();
    for refusal in refusals {
        let what = format!("the guard `{}` refuses this plan", refusal.guard);
        screen.push_str(&prose::headed(view, 0, "refused:", Paint::removed, &what));
        details(refusal, view, &mut screen);
    }
    screen.push_str("nothing was done\n");
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

fn details(refusal: &Refusal, view: View, screen: &mut String) {
    screen.push_str(&prose::prose(view, 2, &refusal.message));
    let shown = if view.verbose {
        refusal.affected.len()
    } else {
        FEW
    };
    for address in refusal.affected.iter().take(shown) {
        let _ = writeln!(screen, "    {}", foreign::line(address.as_str()));
    }
    if refusal.affected.len() > shown {
        let _ = writeln!(
            screen,
            "    and {} more; -v shows them all",
            refusal.affected.len() - shown
        );
    }
    screen.push_str(&prose::prose(
        view,
        2,
        &format!("to lift it: {}", refusal.lift),
    ));
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
    fn a_refusal_has_numbers_addresses_and_the_flag_that_lifts_it() {
        let refusal = Refusal {
            guard: "max-delete".to_owned(),
            message: "12 things would be deleted or revoked, and 5 may be".to_owned(),
            affected: (1..=12)
                .map(|number| machine(&format!("web{number:02}"), &["login"]))
                .collect(),
            lift: "--accept max-delete=12".to_owned(),
        };
        insta::assert_snapshot!(refused(std::slice::from_ref(&refusal), PLAIN), @"
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
          to lift it: --accept max-delete=12
        nothing was done
        ");
        assert!(
            announced(&[refusal], PLAIN)
                .starts_with("note: an apply would be refused by the guard `max-delete`\n")
        );
    }
}
