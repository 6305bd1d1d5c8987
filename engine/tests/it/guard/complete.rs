//! No guard is forgotten.

use std::fs;
use std::path::Path;

use vmlogin_engine::plan::guard::{Accepted, GUARDS, Takes};

/// Those of the design, and what stands behind each.
const DESIGNED: &[(&str, Takes, bool)] = &[
    ("break-glass", Takes::Nothing, true),
    ("foreign-estate", Takes::Nothing, true),
    ("last-admin", Takes::Nothing, false),
    ("max-change-percent", Takes::Number, false),
    ("max-delete", Takes::Number, false),
    ("privileged-role", Takes::Nothing, false),
    ("protected", Takes::Nothing, true),
    ("reinstall-login", Takes::Nothing, false),
    ("replace", Takes::Address, false),
    ("self-lockout", Takes::Nothing, true),
];

#[test]
fn every_guard_of_the_design_has_an_entry_and_there_is_no_other() {
    let entries = GUARDS.iter();
    let entries: Vec<_> = entries
        .map(|guard| (guard.name, guard.takes, guard.in_destroy))
        .collect();
    assert_eq!(entries, DESIGNED);
    for guard in GUARDS {
        assert!(guard.explanation.len() > 100, "{}", guard.name);
        assert!(!guard.title.contains('\n') && guard.title.len() < 80);
    }
}

/// Each judges in a file of its own, or decides in one; and each has its tests here, or those of the act that it allows.
#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "the test reads its own sources, to see that none is missing"
)]
fn every_guard_has_a_room_and_tests() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for guard in GUARDS {
        let file = match guard.name {
            "max-delete" | "max-change-percent" => "guard/counts".to_owned(),
            "replace" => "replace".to_owned(),
            "reinstall-login" => "reinstall".to_owned(),
            name => format!("guard/{}", name.replace('-', "_")),
        };
        assert!(root.join(format!("src/plan/{file}.rs")).exists(), "{file}");
        let tests = ["guard.rs".to_owned(), format!("{file}.rs")];
        let told = tests.iter().any(|name| {
            let text = fs::read_to_string(root.join("tests/it").join(name)).unwrap_or_default();
            text.contains(&format!("{}: ", guard.name))
                || text.contains(&format!("\"{}\"", guard.name))
        });
        assert!(told, "no test tells what `{}` refuses", guard.name);
    }
}

#[test]
fn every_guard_is_accepted_as_it_is_written() {
    for guard in GUARDS {
        let written = guard.written();
        let typed = written.replace("=N", "=3").replace("=ADDRESS", "=vm:a/b/c");
        let accepted = Accepted::read(&[&typed]).expect(guard.name);
        for other in GUARDS {
            let lifted = accepted.has(other.name);
            assert_eq!(
                lifted,
                other.name == guard.name && guard.takes != Takes::Address
            );
        }
    }
}
