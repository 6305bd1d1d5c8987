//! Runs so long that they are placed in shares at the same time. One node of a run that has to do with what stands beside it has all
//! of them placed one by one, and everything else has to come out the same.

use vmlogin_engine::kind::Catalogue;
use vmlogin_engine::manifest::Resources;

use super::{HEAD, lowered_by};
use crate::networked::NETWORKED;
use crate::report::report;
use crate::sample::CATALOGUE;

/// More than one share on any machine with two processors.
const LONG: usize = 2_500;

/// A group of so many things, which end in a last node.
fn group(thing: impl Fn(usize) -> String, last: &str) -> String {
    let things: Vec<String> = (0..LONG).map(|number| thing(number) + "\n").collect();
    format!("resource-group rg {{\n{}{last}\n}}\n", things.concat())
}

/// What comes of a long run, whatever stands at its end; what is wrong with it is the error.
fn made(
    catalogue: &Catalogue,
    thing: impl Fn(usize) -> String,
    absent: &str,
) -> Result<Resources, String> {
    let of = |last: &str| {
        let text = group(&thing, last);
        let (lowered, sources) =
            lowered_by(catalogue, &[("head.kdl", HEAD), ("estate.kdl", &text)]);
        let resources = lowered.manifest.map(|manifest| manifest.resources);
        resources.ok_or_else(|| report(&lowered.problems, &sources))
    };
    let (in_shares, one_by_one) = (of(""), of(absent));
    assert_eq!(in_shares, one_by_one);
    in_shares
}

fn machines(machine: impl Fn(usize) -> String) -> Result<Resources, String> {
    made(&CATALOGUE, machine, "absent vm last")
}

fn machine(number: usize) -> String {
    format!(
        "vm pc-{number} {{ login; identity system-assigned; grant user (user)\"p{number}@contoso.com\" }}"
    )
}

/// That machine, but at one number.
fn machine_but(at: usize, other: &str) -> impl Fn(usize) -> String {
    move |number| match number == at {
        true => other.to_owned(),
        false => machine(number),
    }
}

#[test]
fn all_of_them_stand_in_order() {
    let made = machines(machine).expect("nothing is wrong");
    assert_eq!(made.len(), 1 + 4 * LONG);
    assert!(made.keys().is_sorted());
    let parents = made
        .values()
        .filter(|it| it.parent.as_str() == "vm:core/rg/pc-2400");
    assert_eq!(parents.count(), 3);
}

#[test]
fn what_is_wrong_with_one_of_the_last_is_told() {
    let wrong = machines(machine_but(
        2_450,
        "vm PC-7 { grant user (user)kim@contoso.com (user)Kim@contoso.com }",
    ));
    let wrong = wrong.expect_err("two clashes");
    assert!(wrong.contains("VM `PC-7` is declared twice"), "{wrong}");
    assert!(
        wrong.contains("estate.kdl:9:4 `pc-7` first declared here"),
        "{wrong}"
    );
    assert!(
        wrong.contains("is granted to user `Kim@contoso.com` twice"),
        "{wrong}"
    );
}

#[test]
fn of_too_many_mistakes_the_same_are_told() {
    let twice = |number| format!("vm pc-{number} {{ grant user (group)g (group)G }}");
    let wrong = machines(twice).expect_err("a clash each");
    assert!(wrong.contains("estate.kdl:2:"), "{wrong}");
    let sparse = |number: usize| match number % 2 {
        0 => twice(number),
        _ => machine(number),
    };
    machines(sparse).expect_err("a clash in each second one");
}

#[test]
fn things_that_bring_others_along_and_refer_to_others_come_out_the_same() {
    let named = |number| format!("box b-{number}");
    let made_of = |thing: &dyn Fn(usize) -> String| made(&NETWORKED, thing, "absent box last");
    made_of(&named).expect("nothing is wrong");
    let with_one = |number| match number {
        2_300 => "box b-2300 { nic public-ip=#true }".to_owned(),
        _ => named(number),
    };
    let made = made_of(&with_one).expect("nothing is wrong");
    let along = made
        .keys()
        .filter(|address| address.as_str().contains("b-2300-"));
    assert_eq!(along.count(), 2);
}
