//! The way that the traffic of a machine takes, as far as it is known: its interface, the subnet of that, filters and routes.

use std::borrow::Cow;

use vmlogin_engine::kind::Scene;
use vmlogin_engine::manifest::Resource;
use vmlogin_engine::value::{Attributes, Value};

use crate::kinds::surroundings::Planned;
use crate::network::filter::Rule;
use crate::network::route::Route;
use crate::rules::subject::{self, Subject};

/// Every declared login of a virtual machine that is there or is to be made.
pub(super) fn logins<'a>(scene: &Scene<'a>) -> Vec<Subject<'a>> {
    let mut subjects = subject::logins(scene);
    subjects.retain(|subject| !subject.is_arc());
    subjects
}

/// What the network interface says that the traffic of a machine goes through, or why that is not known.
pub(super) fn interface<'a>(
    planned: &Planned<'a>,
    subject: &Subject<'a>,
) -> Result<Cow<'a, Attributes>, String> {
    let id = planned.interface_of(subject.machine);
    let id = id.ok_or("the machine tells no network interface")?;
    planned.says("network interface", id)
}

/// What another thing names, where it names one, by the name of that.
pub(super) fn named<'a>(
    planned: &Planned<'a>,
    by: &Attributes,
    attribute: &str,
    what: &str,
) -> Option<(String, Result<Cow<'a, Attributes>, String>)> {
    let id = by.get(attribute).and_then(Value::as_text)?;
    let name = id.rsplit('/').next().unwrap_or(id);
    Some((name.to_owned(), planned.says(what, id)))
}

/// The routes of a route table.
pub(super) fn routes(table: &Attributes) -> Result<Vec<Route>, String> {
    let routes = maps(table.get("routes")).map(Route::read);
    let all: Option<Vec<Route>> = routes.collect();
    all.ok_or_else(|| "one of its routes cannot be read".to_owned())
}

/// The rules of the security group at an id, as they will be once the manifest's own are written and its absent ones are gone.
pub(super) fn rules(
    planned: &Planned<'_>,
    id: &str,
    group: &Attributes,
) -> Result<Vec<Rule>, String> {
    let (declared, absent) = (planned.rules_of(id), planned.absent_rules_of(id));
    let is_said = |says: &Attributes| {
        let name = says
            .get("name")
            .and_then(Value::as_text)
            .unwrap_or_default();
        let mut said = declared.iter().chain(absent);
        said.any(|own| own.name.eq_ignore_ascii_case(name))
    };
    let read = maps(group.get("rules"));
    let others = read.filter(|says| !is_said(says)).map(Rule::read);
    let own = declared.iter().map(|own| Rule::read(&says(own, group)));
    let all: Option<Vec<Rule>> = others.chain(own).collect();
    all.ok_or_else(|| "one of its rules cannot be read".to_owned())
}

/// What a declared rule will say; the ports that traffic comes from stay as they are.
fn says(rule: &Resource, group: &Attributes) -> Attributes {
    let live = maps(group.get("rules")).find(|says| {
        let name = says.get("name").and_then(Value::as_text);
        name.is_some_and(|name| name.eq_ignore_ascii_case(&rule.name))
    });
    let ports = live.and_then(|live| live.get("source-ports")).cloned();
    let mut says = rule.values();
    says.insert("name".to_owned(), rule.name.as_str().into());
    says.insert(
        "source-ports".to_owned(),
        ports.unwrap_or_else(|| Value::List(vec!["any".into()])),
    );
    says
}

fn maps(list: Option<&Value>) -> impl Iterator<Item = &Attributes> {
    let values = match list {
        Some(Value::List(values)) => values.as_slice(),
        _ => &[],
    };
    values.iter().filter_map(Value::as_map)
}
