//! A sandbox's seed: from KDL to the plain values that the sandbox takes. Its grammar stands in providers/sandbox/SEED.md.
//!
//! Read through the engine's syntax, like a manifest, and as strict: what is unknown is a problem with its place. Names and
//! references (`let`, `$name`) are no part of it.

mod form;
mod kept;
mod network;
mod numbers;
mod shape;

use std::path::Path;

use vmlogin_engine::language;
use vmlogin_engine::problem::{Code, Label, Problem, settle};
use vmlogin_engine::source::Sources;
use vmlogin_engine::syntax::tree::{Node, Scalar, Tree};
use vmlogin_engine::syntax::{self, Parsed};
use vmlogin_sandbox::seed::{
    Agent, ArcMachine, ArcStatus, Caller, CustomRole, Device, Extension, ExtensionState, FaultRule,
    Group, Machine, ManagedIdentity, Os, Power, ResourceGroup, RoleAssignment, ServicePrincipal,
    Subscription, Tenant, User,
};
use vmlogin_sandbox::{Seed, SeedError};

use crate::error::Error;
use crate::files;
use crate::session::manifest;
use form::Form;
pub(crate) use kept::{beside, differs, forget, keep};

/// What a new sandbox begins with where nothing else is said: the world of the quickstart example.
const BUILT_IN: &str = include_str!("../../examples/01-quickstart/sandbox.kdl");

/// Reads a seed from a file.
pub(crate) fn read(path: &Path) -> Result<Seed, Error> {
    let (sources, parsed) = files::read_one(path);
    finish(sources, parsed)
}

/// The seed that is compiled in.
pub(crate) fn built_in() -> Result<Seed, Error> {
    let mut sources = Sources::new();
    let parsed = syntax::parse(sources.next(), BUILT_IN);
    sources.add("sandbox.kdl (built in)".to_owned(), BUILT_IN.to_owned());
    finish(sources, parsed)
}

fn finish(sources: Sources, parsed: Parsed) -> Result<Seed, Error> {
    let mut problems = parsed.problems;
    let seed = decode(&parsed.tree, &mut problems);
    if problems.is_empty()
        && let Err(error) = seed.check()
    {
        problems.push(of_check(&error, &parsed.tree));
    }
    if problems.is_empty() {
        Ok(seed)
    } else {
        Err(manifest::refused(
            settle(problems),
            &sources,
            (&language::Tables::default(), &[]),
            vmlogin_azure::catalogue(),
        ))
    }
}

fn decode(tree: &Tree, problems: &mut Vec<Problem>) -> Seed {
    let mut seed = Seed::default();
    let found = form::Found::default();
    let nodes = numbers::expanded(&tree.nodes, problems);
    for form in form::top(&nodes, &found) {
        match form.name() {
            "tenant" => seed.tenants.push(tenant(&form)),
            "fault" => seed.faults.push(fault(&form)),
            "lists" => {
                seed.behaviour.page_rows = form.number("rows");
                seed.behaviour.empty_pages = form.flag("empty-pages").unwrap_or(false);
            }
            "resource-graph" => {
                seed.behaviour.sweep_lag = form.number("lag").unwrap_or(0);
            }
            _ => {}
        }
    }
    problems.extend(found.into_inner());
    seed
}

fn tenant(form: &Form<'_>) -> Tenant {
    let mut tenant = Tenant {
        id: form.argument(),
        name: form.text("name").unwrap_or_default(),
        domain: form.text("domain").unwrap_or_default(),
        ..Tenant::default()
    };
    for child in form.children() {
        match child.name() {
            "caller" => tenant.callers.push(caller(&child)),
            "user" => tenant.users.push(user(&child)),
            "group" => tenant.groups.push(Group {
                name: child.argument(),
                id: child.needed("id"),
                members: child
                    .children()
                    .iter()
                    .flat_map(|member| member.arguments())
                    .collect(),
            }),
            "service-principal" => tenant.service_principals.push(ServicePrincipal {
                name: child.argument(),
                id: child.needed("id"),
                app_id: child.needed("app-id"),
            }),
            "no-sign-in-app" => tenant.no_sign_in_app = child.switch(),
            "management-group" => tenant.management_groups.push(child.argument()),
            "custom-role" => tenant.custom_roles.push(custom_role(&child)),
            "device" => tenant.devices.push(Device {
                name: child.argument(),
                id: child.needed("id"),
                machine: child.text("machine"),
                registered: child.text("registered"),
            }),
            "subscription" => tenant.subscriptions.push(subscription(&child)),
            _ => {}
        }
    }
    tenant
}

fn caller(form: &Form<'_>) -> Caller {
    let mut caller = Caller {
        id: form.argument(),
        // One that nobody named gets an id of its own, so that it can be told from the object id.
        app_id: form
            .text("app-id")
            .unwrap_or_else(|| form::derived_id(&form.argument())),
        name: form.text("name").unwrap_or_else(|| "caller".to_owned()),
        ..Caller::default()
    };
    for child in form.children() {
        match child.name() {
            "deny" => caller.deny.extend(child.arguments()),
            "no-directory-rights" => caller.no_directory_rights = child.switch(),
            _ => {}
        }
    }
    caller
}

fn custom_role(form: &Form<'_>) -> CustomRole {
    let mut role = CustomRole {
        name: form.argument(),
        id: form.needed("id"),
        ..CustomRole::default()
    };
    for child in form.children() {
        let into = match child.name() {
            "scope" => &mut role.scopes,
            "action" => &mut role.actions,
            "not-action" => &mut role.not_actions,
            "data-action" => &mut role.data_actions,
            "not-data-action" => &mut role.not_data_actions,
            _ => continue,
        };
        into.extend(child.arguments());
    }
    role
}

fn user(form: &Form<'_>) -> User {
    let upn = form.argument();
    User {
        id: form.needed("id"),
        name: form.text("name").unwrap_or_else(|| upn.clone()),
        guest: form.flag("guest").unwrap_or(false),
        enabled: form.flag("enabled").unwrap_or(true),
        deleted: form.flag("deleted").unwrap_or(false),
        upn,
    }
}

fn subscription(form: &Form<'_>) -> Subscription {
    let id = form.argument();
    let mut subscription = Subscription {
        name: form.text("name").unwrap_or_else(|| id.clone()),
        id,
        ..Subscription::default()
    };
    for child in form.children() {
        match child.name() {
            "resource-group" => subscription.resource_groups.push(group(&child)),
            "lock" => subscription.locks.push(network::lock(&child)),
            "policy" => subscription.policies.push(network::policy(&child)),
            "role-assignment" => subscription.role_assignments.push(RoleAssignment {
                id: child.argument(),
                role: child.needed("role"),
                principal: child.needed("principal"),
                principal_type: child.text("principal-type"),
                scope: child.needed("scope"),
                description: child.text("description"),
                condition: child.text("condition"),
            }),
            _ => {}
        }
    }
    subscription
}

fn group(form: &Form<'_>) -> ResourceGroup {
    let mut group = ResourceGroup {
        name: form.argument(),
        location: form.needed("location"),
        ..ResourceGroup::default()
    };
    for child in form.children() {
        match child.name() {
            "tag" => group.tags.extend(child.pair()),
            "vm" => group.machines.push(machine(&child)),
            "arc-machine" => group.arc_machines.push(arc_machine(&child)),
            "managed-identity" => group.managed_identities.push(managed_identity(&child)),
            "virtual-network" => group
                .virtual_networks
                .push(network::virtual_network(&child)),
            "network-security-group" => group.security_groups.push(network::security_group(&child)),
            "route-table" => group.route_tables.push(network::route_table(&child)),
            "resource" => group.resources.push(network::resource(&child)),
            "lock" => group.locks.push(network::lock(&child)),
            "policy" => group.policies.push(network::policy(&child)),
            _ => {}
        }
    }
    group
}

fn managed_identity(form: &Form<'_>) -> ManagedIdentity {
    let mut identity = ManagedIdentity {
        name: form.argument(),
        ..ManagedIdentity::default()
    };
    for child in form.children() {
        match child.name() {
            "location" => identity.location = Some(child.argument()),
            "tag" => identity.tags.extend(child.pair()),
            _ => {}
        }
    }
    identity
}

fn machine(form: &Form<'_>) -> Machine {
    let os = form
        .word("os", &[("windows", Os::Windows), ("linux", Os::Linux)])
        .unwrap_or(Os::Windows);
    let mut machine = Machine {
        name: form.argument(),
        os,
        ..Machine::default()
    };
    for child in form.children() {
        match child.name() {
            "location" => machine.location = Some(child.argument()),
            "os-name" => machine.os_name = Some(child.argument()),
            "os-version" => machine.os_version = Some(child.argument()),
            "computer-name" => machine.computer_name = Some(child.argument()),
            "power" => {
                let powers = [
                    ("running", Power::Running),
                    ("stopped", Power::Stopped),
                    ("deallocated", Power::Deallocated),
                ];
                machine.power = child.one_of(&powers).unwrap_or(machine.power);
            }
            "agent" => {
                let agents = [("ready", Agent::Ready), ("not-ready", Agent::NotReady)];
                machine.agent = child.one_of(&agents).unwrap_or(machine.agent);
            }
            "identity" => identity(&child, &mut machine),
            "extension" => machine.extensions.push(extension(&child)),
            "tag" => machine.tags.extend(child.pair()),
            "no-registration" => machine.no_registration = child.switch(),
            "keeps-failed-login" => machine.keeps_failed_login = child.switch(),
            "nic" => machine.interface = Some(network::interface(&child)),
            "domain" => machine.domain = Some(child.argument()),
            _ => {}
        }
    }
    machine
}

fn arc_machine(form: &Form<'_>) -> ArcMachine {
    let statuses = [
        ("connected", ArcStatus::Connected),
        ("disconnected", ArcStatus::Disconnected),
        ("expired", ArcStatus::Expired),
        ("error", ArcStatus::Error),
    ];
    let mut children = form.children().into_iter();
    let status = children.find(|child| child.name() == "status");
    ArcMachine {
        machine: machine(form),
        status: status
            .and_then(|status| status.one_of(&statuses))
            .unwrap_or_default(),
    }
}

/// `identity system-assigned`, `identity user-assigned "ARM-ID"…`, or the first with the second as a child.
fn identity(form: &Form<'_>, machine: &mut Machine) {
    let mut words = form.arguments();
    match words.first().map(String::as_str) {
        Some("system-assigned") if words.len() == 1 => machine.system_assigned = true,
        Some("user-assigned") if words.len() > 1 => machine.user_assigned.extend(words.drain(1..)),
        None if !form.node().children().is_empty() => {}
        _ => form.wrong("write `identity system-assigned` or `identity user-assigned \"ARM-ID\"`"),
    }
    for child in form.children() {
        machine.user_assigned.extend(child.arguments());
    }
}

fn extension(form: &Form<'_>) -> Extension {
    let states = [
        ("succeeded", ExtensionState::Succeeded),
        ("failed", ExtensionState::Failed),
    ];
    let like = Extension::default();
    Extension {
        name: form.argument(),
        publisher: form.needed("publisher"),
        kind: form.needed("type"),
        version: form.text("version").unwrap_or(like.version),
        state: form.word("state", &states).unwrap_or(like.state),
        exit_code: form.integer("exit-code"),
        message: form.text("message"),
    }
}

fn fault(form: &Form<'_>) -> FaultRule {
    let like = FaultRule::default();
    FaultRule {
        method: form.text("method").unwrap_or(like.method),
        path: form.text("path").unwrap_or(like.path),
        status: form.number("status").unwrap_or(like.status),
        times: form.number("times").unwrap_or(like.times),
        after: form.number("after").unwrap_or(like.after),
        code: form.text("code"),
        message: form.text("message"),
        retry_after: form.number("retry-after"),
        ends_failed: form.flag("async").unwrap_or(like.ends_failed),
        effect: form.flag("effect").unwrap_or(like.effect),
    }
}

/// What the sandbox finds wrong with the whole, put at the last place where the value in question stands.
fn of_check(error: &SeedError, tree: &Tree) -> Problem {
    let value = match error {
        SeedError::NotAGuid { value, .. }
        | SeedError::Twice { value, .. }
        | SeedError::Refused { value, .. }
        | SeedError::NotAllowed { value, .. } => value,
        SeedError::Empty { .. } => "",
    };
    let span = last_place(&tree.nodes, value);
    Problem {
        code: Code("VML074"),
        message: error.to_string(),
        labels: span
            .map(|span| Label::new(span, "here"))
            .into_iter()
            .collect(),
        help: Some(
            "correct it in the seed; providers/sandbox/SEED.md tells what may be written"
                .to_owned(),
        ),
    }
}

fn last_place(nodes: &[Node], value: &str) -> Option<vmlogin_engine::source::Span> {
    let is_it = |scalar: &Scalar| matches!(scalar, Scalar::Text(text) if text == value);
    nodes.iter().rev().find_map(|node| {
        last_place(node.children(), value)
            .or_else(|| {
                node.properties
                    .iter()
                    .rev()
                    .find(|property| is_it(&property.value))
                    .map(|property| property.value_span)
            })
            .or_else(|| {
                node.arguments
                    .iter()
                    .rev()
                    .find(|argument| is_it(&argument.value))
                    .map(|argument| argument.span)
            })
    })
}

#[cfg(test)]
mod tests;
