//! The principal lock: what a text of one says, what is wrong with it, and what pinning anew comes to.

use std::collections::{BTreeMap, BTreeSet};

use insta::assert_snapshot;
use vmlogin_engine::inventory::{Candidate, Found, Resolution};
use vmlogin_engine::language::{File, Inputs, expand};
use vmlogin_engine::manifest::Manifest;
use vmlogin_engine::manifest::lower::lower;
use vmlogin_engine::pins::{Fate, Pins, Reading, Renewal, read, renew};
use vmlogin_engine::source::Sources;
use vmlogin_engine::syntax::parse;
use vmlogin_engine::value::{Principal, PrincipalKind};

use crate::report::report;
use crate::sample::CATALOGUE;

const HEAD: &str = r#"vmlogin 1 { estate "contoso-prod" }
tenant contoso id="11111111-1111-4111-8111-111111111111" {
    subscription core id="22222222-2222-4222-8222-222222222222"
}
"#;

const LOCK: &str = r#"principal-lock 1
tenant contoso id="11111111-1111-4111-8111-111111111111" {
    group sg-web id="bbbbbbbb-0000-4000-8000-000000000001" type=Group name=sg-web
    user "kim@contoso.com" id="aaaaaaaa-0000-4000-8000-000000000001" type=User name="Kim Rossi"
}
"#;

fn reading(text: &str) -> (Reading, Sources) {
    let mut sources = Sources::new();
    let source = sources.add("principals.lock.kdl".to_owned(), text.to_owned());
    let parsed = parse(source, text);
    assert_eq!(parsed.problems, [], "the text is meant to be valid KDL");
    (read(&parsed.tree), sources)
}

fn pins(text: &str) -> Pins {
    let (reading, sources) = reading(text);
    assert_eq!(report(&reading.problems, &sources), "");
    reading.pins
}

fn problems(text: &str) -> String {
    let (reading, sources) = reading(text);
    report(&reading.problems, &sources)
}

fn manifest(text: &str) -> Manifest {
    let mut sources = Sources::new();
    let text = format!("{HEAD}resource-group rg-web {{ {text} }}");
    let source = sources.add("estate.kdl".to_owned(), text.clone());
    let file = File {
        source,
        path: "estate.kdl".to_owned(),
        tree: parse(source, &text).tree,
        root: true,
    };
    let expanded = expand(vec![file], &Inputs::default());
    let lowered = lower(expanded.tree, &CATALOGUE);
    assert_eq!(report(&lowered.problems, &sources), "");
    lowered.manifest.expect("a manifest")
}

#[test]
fn a_lock_that_is_written_again_is_the_same_to_the_byte() {
    let text = pins(LOCK).text();
    assert_snapshot!(text, @r#"
    /- kdl-version 2
    // Which directory object each name in the manifest stands for. Checked in beside the manifest and reviewed with it: who
    // changes an id here changes who can sign in. Written by `vmlogin pin`; run that again when the manifest names somebody new.
    // A name that has come to stand for another object is renewed one by one: `vmlogin pin --renew 'group:NAME'`.

    principal-lock 1

    tenant contoso id="11111111-1111-4111-8111-111111111111" {
        user "kim@contoso.com" id="aaaaaaaa-0000-4000-8000-000000000001" type=User name="Kim Rossi"
        group "sg-web" id="bbbbbbbb-0000-4000-8000-000000000001" type=Group name="sg-web"
    }
    "#);
    assert_eq!(pins(&text).text(), text);
}

#[test]
fn whatever_a_directory_calls_its_objects_is_read_back_as_it_was() {
    for name in [
        "a\"b\\c",
        "line\nbreak",
        "\u{202e}moc",
        "${group}",
        "$x",
        "-",
        "",
        "\u{0}\u{7f}",
    ] {
        let mut lock = pins(LOCK);
        let tenant = lock.tenants.get_mut("contoso").expect("it is there");
        let mut of_name = tenant.principals.pop_last().expect("somebody").1;
        of_name.display_name = name.to_owned();
        let principal = Principal {
            kind: PrincipalKind::Group,
            name: format!("sg {name}"),
        };
        tenant.principals.insert(principal.clone(), of_name.clone());
        let text = lock.text();
        assert_eq!(text.lines().count(), lock_lines(), "{text}");
        assert_eq!(
            pins(&text).pin("contoso", &principal),
            Some(&of_name),
            "{text}"
        );
    }
}

fn lock_lines() -> usize {
    pins(LOCK).text().lines().count()
}

#[test]
fn a_lock_begins_with_its_version() {
    for text in [
        "",
        "principal-lock 2\n",
        "tenant a id=b\n",
        "principal-lock 1 { a; }\n",
    ] {
        let said = problems(text);
        assert!(
            said.starts_with("VML080: a principal lock says `principal-lock 1`"),
            "{said}"
        );
    }
}

#[test]
fn what_is_no_pin_is_a_problem_at_its_place() {
    let text = r#"principal-lock 1
tenants contoso
tenant contoso id="11111111-1111-4111-8111-111111111111" {
    identity web01 id="aaaaaaaa-0000-4000-8000-000000000001" type=ServicePrincipal name=web01
    group sg-a id="not-a-guid" type=Group name=sg-a
    group sg-b id="bbbbbbbb-0000-4000-8000-000000000001" type=User name=sg-b
    group sg-c id="bbbbbbbb-0000-4000-8000-000000000001" type=Group
    group sg-d id="bbbbbbbb-0000-4000-8000-000000000001" type=Group name=sg-d until=never
    (group)sg-e id="bbbbbbbb-0000-4000-8000-000000000001" type=Group name=sg-e
    group sg-f id="bbbbbbbb-0000-4000-8000-000000000001" type=Group name=$f
    group sg-g id="bbbbbbbb-0000-4000-8000-000000000001" type=Group name=sg-g
    group sg-g id="bbbbbbbb-0000-4000-8000-000000000002" type=Group name=sg-g
    object-id "bbbbbbbb-0000-4000-8000-000000000001" id="bbbbbbbb-0000-4000-8000-000000000002" type=Group name=sg-h
}
tenant contoso id="11111111-1111-4111-8111-111111111111"
"#;
    assert_snapshot!(problems(text));
}

#[test]
fn a_lock_of_another_tenant_is_none_of_this_manifest() {
    let other = LOCK.replace("11111111-1111", "99999999-1111");
    let (reading, mut sources) = reading(&other);
    let estate = sources.add("estate.kdl".to_owned(), HEAD.to_owned());
    let mut manifest = manifest("");
    let tenant = manifest.tenants.get_mut("contoso").expect("it is there");
    tenant.span.source = estate;
    assert_snapshot!(report(&reading.pins.strangers(&manifest), &sources));
    assert_eq!(pins(LOCK).strangers(&manifest), []);
}

#[test]
fn what_the_manifest_does_not_name_is_surplus() {
    let manifest = manifest("grant user (group)sg-web");
    let lock = pins(LOCK);
    let surplus: Vec<String> = lock
        .surplus(&manifest)
        .iter()
        .map(|(tenant, principal)| format!("{tenant} {principal}"))
        .collect();
    assert_eq!(surplus, ["contoso user:kim@contoso.com"]);
}

fn found(id: &str, principal_type: &str, display_name: &str) -> Resolution {
    Resolution::Found(Found {
        object_id: id.to_owned(),
        principal_type: principal_type.to_owned(),
        display_name: display_name.to_owned(),
        enabled: None,
        guest: None,
    })
}

const WEB: &str = "bbbbbbbb-0000-4000-8000-000000000001";
const OTHER: &str = "bbbbbbbb-0000-4000-8000-000000000009";

/// What pinning the group `sg-web` anew comes to.
fn renewed(before: Option<&Pins>, now: Resolution, wanted: &[&str]) -> Renewal {
    let of = |name: &str| Principal {
        kind: PrincipalKind::Group,
        name: name.to_owned(),
    };
    let manifest = manifest("grant user (group)sg-web");
    let found = BTreeMap::from([(("contoso".to_owned(), of("sg-web")), now)]);
    let wanted = wanted.iter().map(|name| {
        let (tenant, name) = name.split_once('/').unwrap_or(("contoso", name));
        (tenant.to_owned(), of(name))
    });
    let wanted: BTreeSet<(String, Principal)> = wanted.collect();
    renew(&manifest, before, &found, &wanted)
}

fn fates(renewal: &Renewal) -> Vec<&Fate> {
    renewal.rows.iter().map(|row| &row.fate).collect()
}

#[test]
fn a_first_lock_pins_what_the_directory_says() {
    let renewal = renewed(None, found(WEB, "Group", "sg-web"), &[]);
    assert!(matches!(fates(&renewal)[..], [Fate::New(_)]), "{renewal:?}");
    assert!(!renewal.is_refused());
    assert_eq!(renewal.pins.count(), 1);
}

#[test]
fn the_same_object_stays_and_what_is_not_named_any_more_goes() {
    let renewal = renewed(Some(&pins(LOCK)), found(WEB, "Group", "sg-web"), &[]);
    assert!(
        matches!(fates(&renewal)[..], [Fate::Gone(_), Fate::Unchanged(_)]),
        "{renewal:?}"
    );
    assert_eq!(renewal.pins.count(), 1);
    let renamed = renewed(Some(&pins(LOCK)), found(WEB, "Group", "SG-Web"), &[]);
    assert!(
        matches!(fates(&renamed)[..], [Fate::Gone(_), Fate::Renamed { .. }]),
        "{renamed:?}"
    );
}

#[test]
fn another_object_is_refused_unless_its_name_is_renewed() {
    let lock = pins(LOCK);
    let moved = found(OTHER, "Group", "sg-web");
    assert!(renewed(Some(&lock), moved.clone(), &[]).is_refused());
    assert!(renewed(Some(&lock), moved.clone(), &["sg-db"]).is_refused());
    assert!(renewed(Some(&lock), moved.clone(), &["fabrikam/sg-web"]).is_refused());
    let renewal = renewed(Some(&lock), moved, &["sg-web"]);
    let [_, Fate::Renewed { was, pin }] = fates(&renewal)[..] else {
        panic!("{renewal:?}")
    };
    assert_eq!(
        (was.object_id.as_str(), pin.object_id.as_str()),
        (WEB, OTHER)
    );
    assert!(renewal.pins.text().contains(OTHER), "{renewal:?}");
}

#[test]
fn nobody_and_several_are_refused_whatever_is_wanted() {
    let several = Resolution::Ambiguous(vec![Candidate {
        object_id: WEB.to_owned(),
        description: "sg-web".to_owned(),
    }]);
    for now in [Resolution::Missing, several] {
        let renewal = renewed(Some(&pins(LOCK)), now, &["sg-web"]);
        assert!(renewal.is_refused(), "{renewal:?}");
    }
}

#[test]
fn who_is_only_to_be_absent_need_not_exist() {
    let manifest = manifest("absent grant user (group)sg-web");
    let renewal = renew(&manifest, None, &BTreeMap::new(), &BTreeSet::new());
    assert_eq!(fates(&renewal), [&Fate::LeftOut]);
    assert_eq!(renewal.pins.count(), 0);
}
