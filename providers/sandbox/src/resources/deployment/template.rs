//! A template: its parameters, its resources in their order.

use serde_json::{Map, Value, json};

use super::function::{Surroundings, evaluated, id_of};

/// Members of a resource of a template that are no part of its body.
const NO_BODY: [&str; 9] = [
    "type",
    "name",
    "apiVersion",
    "dependsOn",
    "condition",
    "comments",
    "scope",
    "copy",
    "resources",
];

/// Members of templates and resources that change their meaning and are not emulated.
const REFUSED: [&str; 2] = ["copy", "resources"];

/// A resource of a template before its expressions are worked out, but for its id.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub id: String,
    pub kind: String,
    pub name: String,
    pub api_version: String,
    needs: Vec<String>,
    written: Map<String, Value>,
}

impl Part {
    /// The body of its PUT.
    pub(super) fn body(&self, within: &mut dyn Surroundings) -> Result<Value, String> {
        let members = self.written.iter();
        let members = members.filter(|(name, _)| !NO_BODY.contains(&name.as_str()));
        let body: Map<String, Value> = members.map(|(a, b)| (a.clone(), b.clone())).collect();
        evaluated(&body.into(), within).map_err(|why| self.blamed(&why))
    }

    fn blamed(&self, why: &str) -> String {
        format!(
            "Unable to process template language expressions for resource '{}': {why}",
            self.id
        )
    }
}

/// The values of the parameters: those that were given, else the defaults.
pub(super) fn parameters(
    template: &Value,
    given: &Value,
) -> Result<Vec<(String, String, Value)>, String> {
    let declared = template["parameters"]
        .as_object()
        .cloned()
        .unwrap_or_default();
    let known = |name: &String| declared.keys().any(|it| it.eq_ignore_ascii_case(name));
    let given = given.as_object().cloned().unwrap_or_default();
    let surplus: Vec<&str> = given
        .keys()
        .filter(|it| !known(it))
        .map(String::as_str)
        .collect();
    if !surplus.is_empty() {
        return Err(format!(
            "The template parameters '{}' in the parameters file are not valid; they are not present in the original template \
             and can therefore not be provided at deployment time.",
            surplus.join(", ")
        ));
    }
    let mut values = Vec::new();
    for (name, declaration) in &declared {
        let kind = declaration["type"].as_str().unwrap_or_default().to_owned();
        let own = given.iter().find(|(it, _)| it.eq_ignore_ascii_case(name));
        let value = match own {
            Some((_, it)) if it.get("reference").is_some() => {
                return Err(format!(
                    "the sandbox does not emulate secrets of vaults, as '{name}' refers to"
                ));
            }
            Some((_, it)) => it["value"].clone(),
            None => match declaration.get("defaultValue") {
                Some(value) => value.clone(),
                None => {
                    return Err(format!(
                        "The value for the template parameter '{name}' is not provided. Please see \
                         https://aka.ms/arm-pass-parameter-values for usage details."
                    ));
                }
            },
        };
        values.push((name.clone(), kind, value));
    }
    Ok(values)
}

/// The resources of a template, each after what it depends on.
pub(super) fn parts(template: &Value, within: &mut dyn Surroundings) -> Result<Vec<Part>, String> {
    let Some(written) = template["resources"].as_array() else {
        return Err(
            "the template has no list of resources (the sandbox does not emulate symbolic names)"
                .to_owned(),
        );
    };
    let mut parts = Vec::new();
    for resource in written {
        if let Some(part) = part(resource, within)? {
            parts.push(part);
        }
    }
    for part in &parts {
        for need in &part.needs {
            if !parts.iter().any(|it| answers_to(it, need)) {
                return Err(format!(
                    "The resource '{need}' is not defined in the template, and '{}' depends on it.",
                    part.id
                ));
            }
        }
    }
    ordered(parts)
}

/// One resource; none where its condition does not hold.
fn part(resource: &Value, within: &mut dyn Surroundings) -> Result<Option<Part>, String> {
    let written = resource.as_object().cloned().unwrap_or_default();
    for member in REFUSED {
        if written
            .get(member)
            .is_some_and(|it| !it.as_array().is_some_and(Vec::is_empty))
        {
            return Err(format!(
                "the sandbox does not emulate '{member}' of a resource"
            ));
        }
    }
    let mut text = |member: &str| -> Result<String, String> {
        let value = evaluated(&resource[member], within)?;
        Ok(value.as_str().unwrap_or_default().to_owned())
    };
    let (kind, name, api_version) = (text("type")?, text("name")?, text("apiVersion")?);
    let scope = text("scope")?;
    if kind.eq_ignore_ascii_case("Microsoft.Resources/deployments") {
        return Err("the sandbox does not emulate deployments within a deployment".to_owned());
    }
    if api_version.is_empty() {
        return Err(format!("the resource '{name}' has no apiVersion"));
    }
    if let Some(condition) = resource.get("condition")
        && evaluated(condition, within)? != true
    {
        return Ok(None);
    }
    let group = within.group()["id"].as_str().unwrap_or_default().to_owned();
    let scope = match scope.as_str() {
        "" => group,
        it if it.starts_with('/') => it.to_owned(),
        it => format!("{group}/providers/{it}"),
    };
    let names: Vec<&str> = name.split('/').collect();
    let id = id_of(&scope, &kind, &names)?;
    let needs = evaluated(resource.get("dependsOn").unwrap_or(&json!([])), within)?;
    let needs = needs.as_array().into_iter().flatten();
    Ok(Some(Part {
        id,
        kind,
        name,
        api_version,
        needs: needs
            .filter_map(|it| it.as_str().map(str::to_owned))
            .collect(),
        written,
    }))
}

fn ordered(mut waiting: Vec<Part>) -> Result<Vec<Part>, String> {
    let mut done: Vec<Part> = Vec::new();
    while !waiting.is_empty() {
        let free = waiting.iter().position(|it| {
            !it.needs
                .iter()
                .any(|need| waiting.iter().any(|other| answers_to(other, need)))
        });
        match free {
            Some(at) => done.push(waiting.remove(at)),
            None => {
                return Err(format!(
                    "Circular dependency detected on resource: '{}'.",
                    waiting.first().map(|it| it.id.as_str()).unwrap_or_default()
                ));
            }
        }
    }
    Ok(done)
}

/// A dependency is an id, a name, or a type with names.
fn answers_to(part: &Part, need: &str) -> bool {
    let short = part.id.split("/providers/").last().unwrap_or_default();
    let names = [
        part.id.as_str(),
        &part.name,
        short,
        &format!("{}/{}", part.kind, part.name),
    ];
    names.iter().any(|it| {
        it.eq_ignore_ascii_case(need.trim_start_matches('/')) || it.eq_ignore_ascii_case(need)
    })
}
