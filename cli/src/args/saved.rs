//! What a saved plan settles already, and what may not shape one: told by name, since clap would only say that two things exclude
//! each other.

use std::path::PathBuf;

use clap::ArgMatches;
use clap::parser::ValueSource;
use vmlogin_engine::plan::reinstall;

use super::{Refused, Subject};

/// What shapes a plan, as clap names it, and as people write it.
const SHAPES: [(&str, &str); 8] = [
    ("files", "-f"),
    ("sets", "--set"),
    ("targets", "--target"),
    ("excludes", "--exclude"),
    ("allow", "--allow"),
    ("deny", "--deny"),
    ("fail_on", "--fail-on"),
    ("until_converged", "--until-converged"),
];

/// Refuses flags that a saved plan excludes.
pub(super) fn check(verb: &str, matches: &ArgMatches) -> Result<(), Refused> {
    match verb {
        "plan" => check_accept(matches),
        "apply" if matches.contains_id("plan") => check_apply(matches),
        "show" => check_show(matches),
        _ => Ok(()),
    }
}

/// Guards are lifted where they would be run over; only what changes the plan itself is agreed to here. A variable may be set for
/// a whole pipeline, and with it for the apply.
fn check_accept(matches: &ArgMatches) -> Result<(), Refused> {
    if source(matches, "accept") != Some(ValueSource::CommandLine) {
        return Ok(());
    }
    let texts = matches.get_many::<String>("accept").into_iter().flatten();
    let shapes = |text: &&String| {
        *text == reinstall::GUARD || *text == "replace" || text.starts_with("replace=")
    };
    match texts.into_iter().find(|text| !shapes(text)) {
        None => Ok(()),
        Some(text) => Err(Refused::usage(
            &format!("`--accept {text}` changes nothing about a plan"),
            "give it to `vmlogin apply`; a plan takes `replace=ADDRESS` and `reinstall-login`",
        )),
    }
}

fn check_apply(matches: &ArgMatches) -> Result<(), Refused> {
    let plan = matches.get_one::<PathBuf>("plan");
    if let Some(manifest) = plan.filter(|path| path.extension().is_some_and(|it| it == "kdl")) {
        let shown = manifest.display();
        return Err(Refused::usage(
            &format!("`vmlogin apply PLAN` takes a saved plan, and `{shown}` is a manifest"),
            &format!("for a manifest write `vmlogin apply -f {shown}`"),
        ));
    }
    let given = |id: &str| {
        let source = source(matches, id)?;
        (source != ValueSource::DefaultValue).then_some(source)
    };
    let mut shapes = SHAPES.iter();
    let Some((id, flag, source)) = shapes.find_map(|(id, flag)| Some((*id, *flag, given(id)?)))
    else {
        return Ok(());
    };
    let help = match (id, source) {
        (_, ValueSource::EnvVariable) => "unset its `VMLOGIN_` variable for this command",
        ("until_converged", _) => "leave it out: a saved plan is one round and is used once",
        _ => "give it to `vmlogin plan -o FILE`, and apply that file",
    };
    Err(Refused::usage(
        &format!("`{flag}` cannot be used with a saved plan, which holds all that shapes it"),
        help,
    ))
}

fn check_show(matches: &ArgMatches) -> Result<(), Refused> {
    let subjects = matches
        .get_many::<Subject>("subjects")
        .into_iter()
        .flatten();
    let subjects: Vec<&Subject> = subjects.collect();
    let is_plan = |subject: &&Subject| matches!(subject, Subject::Plan(_));
    if !subjects.iter().any(is_plan) {
        return Ok(());
    }
    if subjects.len() > 1 {
        return Err(Refused::usage(
            "`show` shows one saved plan, and nothing beside it",
            "write `vmlogin show FILE`",
        ));
    }
    let typed = |id: &str| source(matches, id) == Some(ValueSource::CommandLine);
    match SHAPES[..2].iter().find(|(id, _)| typed(id)) {
        None => Ok(()),
        Some((_, flag)) => Err(Refused::usage(
            &format!("`{flag}` cannot be used with a saved plan, which holds its manifest"),
            "write `vmlogin show FILE`",
        )),
    }
}

fn source(matches: &ArgMatches, id: &str) -> Option<ValueSource> {
    matches.try_contains_id(id).ok()?;
    matches.value_source(id)
}
