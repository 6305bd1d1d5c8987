//! What guards refuse: with numbers, the addresses it is about, and the exact flag that lifts it.

use std::fmt::Write;

use vmlogin_engine::plan::guard::Refusal;

use super::{View, foreign};

/// More addresses than this are counted.
const FEW: usize = 10;

/// The refusals of an apply, which end it.
pub(crate) fn refused(refusals: &[Refusal], view: View) -> String {
    let mut screen = String::new();
    for refusal in refusals {
        let _ = writeln!(
            screen,
            "{} the guard `{}` refuses this plan",
            view.paint.removed("refused:"),
            refusal.guard
        );
        details(refusal, view, &mut screen);
    }
    let _ = writeln!(screen, "nothing was done");
    screen
}

/// The same, announced by a plan.
pub(crate) fn announced(refusals: &[Refusal], view: View) -> String {
    let mut screen = String::new();
    for refusal in refusals {
        let _ = writeln!(
            screen,
            "{} an apply would be refused by the guard `{}`",
            view.paint.changed("note:"),
            refusal.guard
        );
        details(refusal, view, &mut screen);
    }
    screen
}

fn details(refusal: &Refusal, view: View, screen: &mut String) {
    let _ = writeln!(screen, "  {}", foreign::line(&refusal.message));
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
    let _ = writeln!(screen, "  to lift it: {}", foreign::line(&refusal.lift));
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
