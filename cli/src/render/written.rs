//! A manifest that vmlogin writes: what it found, or a first page to fill in. Names that somebody else chose go through the
//! syntax's own printer.

use std::collections::BTreeSet;
use std::fmt::Write;

use vmlogin_engine::syntax::print;
use vmlogin_engine::syntax::tree::Scalar;

/// What there is.
#[derive(Clone, Debug, Default)]
pub(crate) struct World {
    /// The estate's name.
    pub estate: String,
    /// The tenants.
    pub tenants: Vec<Tenant>,
    /// What was found and cannot be written, as sentences.
    pub left_out: Vec<String>,
}

/// A tenant.
#[derive(Clone, Debug)]
pub(crate) struct Tenant {
    /// Its name in the manifest.
    pub name: String,
    /// Its id.
    pub id: String,
    /// Its subscriptions.
    pub subscriptions: Vec<Subscription>,
}

/// A subscription.
#[derive(Clone, Debug)]
pub(crate) struct Subscription {
    /// Its name in the manifest, and in Azure.
    pub name: String,
    /// What people call it.
    pub title: String,
    /// Its id.
    pub id: String,
    /// Its groups with machines.
    pub groups: Vec<Group>,
}

/// A resource group.
#[derive(Clone, Debug)]
pub(crate) struct Group {
    /// Its name.
    pub name: String,
    /// Its machines.
    pub machines: Vec<Machine>,
}

/// A machine.
#[derive(Clone, Debug)]
pub(crate) struct Machine {
    /// Its kind.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
    /// What it has that a manifest declares.
    pub has: Has,
}

/// What a machine has already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Has {
    /// A system-assigned identity.
    pub identity: bool,
    /// The login extension.
    pub login: bool,
    /// Whether the extension's last operation failed.
    pub failed: bool,
}

impl World {
    /// All machines.
    pub(crate) fn machines(&self) -> impl Iterator<Item = &Machine> {
        self.groups().flat_map(|group| &group.machines)
    }

    /// All groups.
    pub(crate) fn groups(&self) -> impl Iterator<Item = &Group> {
        let subscriptions = self.tenants.iter().flat_map(|tenant| &tenant.subscriptions);
        subscriptions.flat_map(|subscription| &subscription.groups)
    }
}

/// The manifest of what was found. It claims nothing: what is not listed stays as it is.
pub(crate) fn manifest(world: &World) -> String {
    let mut text = String::from(FOUND);
    head(&mut text, &world.estate);
    let alone = world
        .tenants
        .iter()
        .map(|tenant| tenant.subscriptions.len())
        .sum::<usize>()
        == 1;
    for tenant in &world.tenants {
        self::tenant(&mut text, tenant);
    }
    for line in &world.left_out {
        let _ = writeln!(text, "// left out: {}", print::visible(line));
    }
    for tenant in &world.tenants {
        for subscription in &tenant.subscriptions {
            for group in &subscription.groups {
                let _ = write!(text, "\nresource-group {}", quoted(&group.name));
                if !alone {
                    let _ = write!(text, " subscription={}", quoted(&subscription.name));
                }
                text.push_str(" {\n");
                machines(&mut text, group);
                text.push_str("}\n");
            }
        }
    }
    if world.machines().next().is_none() {
        text.push_str(EXAMPLE);
    }
    text
}

/// A first page for somebody who could not be signed in: it is valid, and says nothing of anybody's Azure.
pub(crate) fn starter(estate: &str) -> String {
    let mut text = String::from(STARTER);
    head(&mut text, estate);
    tenant(
        &mut text,
        &Tenant {
            name: "contoso".to_owned(),
            id: "11111111-1111-4111-8111-111111111111".to_owned(),
            subscriptions: vec![Subscription {
                name: "core".to_owned(),
                title: "yours: `az account show` tells both ids".to_owned(),
                id: "22222222-2222-4222-8222-222222222222".to_owned(),
                groups: Vec::new(),
            }],
        },
    );
    text.push_str(EXAMPLE);
    text
}

fn head(text: &mut String, estate: &str) {
    let _ = writeln!(
        text,
        "vmlogin 1 {{\n    // the stamp on what vmlogin makes; one name for each environment\n    estate {}\n}}\n",
        quoted(estate)
    );
}

fn tenant(text: &mut String, tenant: &Tenant) {
    let _ = writeln!(
        text,
        "tenant {} id={} {{",
        quoted(&tenant.name),
        print::quoted(&tenant.id)
    );
    for subscription in &tenant.subscriptions {
        let _ = write!(
            text,
            "    subscription {} id={}",
            quoted(&subscription.name),
            print::quoted(&subscription.id)
        );
        if subscription.title != subscription.name {
            let _ = write!(text, " // {}", print::shown(&subscription.title));
        }
        text.push('\n');
    }
    text.push_str("}\n");
}

fn machines(text: &mut String, group: &Group) {
    text.push_str(GRANTS);
    let kinds: BTreeSet<&str> = group.machines.iter().map(|machine| machine.kind).collect();
    for kind in kinds {
        let of_kind = || group.machines.iter().filter(|machine| machine.kind == kind);
        for machine in of_kind().filter(|machine| machine.has != Has::default()) {
            self::machine(text, machine);
        }
        let bare: Vec<String> = of_kind()
            .filter(|machine| machine.has == Has::default())
            .map(|machine| quoted(&machine.name))
            .collect();
        if bare.is_empty() {
            continue;
        }
        let what = match kind {
            "vm" => "`{ identity system-assigned; login }`",
            _ => "`{ login }`",
        };
        let _ = writeln!(
            text,
            "\n    // nobody can sign in to these with Entra ID yet; give them {what}"
        );
        // A line that people can read, and a diff that they can, too.
        for few in bare.chunks(4) {
            let _ = writeln!(text, "    {kind} {}", few.join(" "));
        }
    }
}

fn machine(text: &mut String, machine: &Machine) {
    let _ = writeln!(text, "    {} {} {{", machine.kind, quoted(&machine.name));
    let Has {
        identity,
        login,
        failed,
    } = machine.has;
    if identity {
        text.push_str("        identity system-assigned\n");
    }
    match (login, identity || machine.kind != "vm") {
        (true, true) if failed => {
            text.push_str("        login // its last operation failed: an apply repairs it\n");
        }
        (true, true) => text.push_str("        login\n"),
        (true, false) => text.push_str(
            "        // it has the login extension, which works only with an identity:\n        // identity system-assigned; login\n",
        ),
        (false, _) => text.push_str("        // login\n"),
    }
    text.push_str("    }\n");
}

/// A string that stands for itself, whatever is in it: `${` is no reference here.
fn quoted(text: &str) -> String {
    print::scalar(&Scalar::Text(text.to_owned()))
}

/// A name for a manifest out of one that people made for people: `Pay-As-You-Go (prod)` becomes `pay-as-you-go-prod`. Taken
/// ones get a number.
pub(crate) fn slug(text: &str, otherwise: &str, taken: &mut BTreeSet<String>) -> String {
    let mut slug = String::new();
    for letter in text.chars().take(60) {
        match letter.is_ascii_alphanumeric() {
            true => slug.push(letter.to_ascii_lowercase()),
            false if !slug.is_empty() && !slug.ends_with('-') => slug.push('-'),
            false => {}
        }
    }
    let slug = slug.trim_end_matches('-');
    let slug = match slug.starts_with(|first: char| first.is_ascii_alphabetic()) {
        true => slug.to_owned(),
        false => format!(
            "{otherwise}{}{slug}",
            if slug.is_empty() { "" } else { "-" }
        ),
    };
    let mut name = slug.clone();
    for number in 2.. {
        if taken.insert(name.clone()) {
            break;
        }
        name = format!("{slug}-{number}");
    }
    name
}

const FOUND: &str = "/- kdl-version 2
// Written by `vmlogin init` from what it found. It changes nothing as it stands: `vmlogin plan` shows what each line
// you add would do, `vmlogin apply` does it. What is not listed here stays as it is.
";

const STARTER: &str = "/- kdl-version 2
// A first page by `vmlogin init`, which could not see your Azure: put your own ids and names in.
// `vmlogin validate` checks it, `vmlogin plan` shows what it would do, `vmlogin apply` does it.
";

const GRANTS: &str =
    "    // grant admin (group)\"sg-admins\" // who may sign in to every machine of this group
    // grant user (user)\"kim@contoso.com\"
";

const EXAMPLE: &str = "
// Take the slashes away and put your own names in:
//
// resource-group rg-web {
//     grant admin (group)\"sg-admins\"            // may sign in to every machine of the group, with sudo or as administrator
//     grant user (user)\"kim@contoso.com\"        // may sign in
//     vm web01 {
//         identity system-assigned              // what the login extension joins the directory with
//         login                                 // the extension that lets people sign in with Entra ID
//     }
// }
";

#[cfg(test)]
mod tests {
    use super::*;

    fn machine(name: &str, has: Has) -> Machine {
        Machine {
            kind: "vm",
            name: name.to_owned(),
            has,
        }
    }

    fn world(groups: Vec<Group>) -> World {
        World {
            estate: "contoso".to_owned(),
            tenants: vec![Tenant {
                name: "contoso".to_owned(),
                id: "11111111-1111-4111-8111-111111111111".to_owned(),
                subscriptions: vec![Subscription {
                    name: "core".to_owned(),
                    title: "Core \n} evil { \u{202e}".to_owned(),
                    id: "22222222-2222-4222-8222-222222222222".to_owned(),
                    groups,
                }],
            }],
            left_out: vec!["vm `a\nb`: its name cannot be written".to_owned()],
        }
    }

    #[test]
    fn what_was_found_is_declared_and_the_rest_shown_as_comments() {
        let both = Has {
            identity: true,
            login: true,
            failed: false,
        };
        let group = Group {
            name: "rg (web) ${x} \"q".to_owned(),
            machines: vec![
                machine("web01", both),
                machine(
                    "web02",
                    Has {
                        failed: true,
                        ..both
                    },
                ),
                machine(
                    "web03",
                    Has {
                        login: false,
                        ..both
                    },
                ),
                machine(
                    "web04",
                    Has {
                        identity: false,
                        ..both
                    },
                ),
                machine("bare1", Has::default()),
                machine("1bare", Has::default()),
            ],
        };
        insta::assert_snapshot!(manifest(&world(vec![group])), @r#"
        /- kdl-version 2
        // Written by `vmlogin init` from what it found. It changes nothing as it stands: `vmlogin plan` shows what each line
        // you add would do, `vmlogin apply` does it. What is not listed here stays as it is.
        vmlogin 1 {
            // the stamp on what vmlogin makes; one name for each environment
            estate contoso
        }

        tenant contoso id="11111111-1111-4111-8111-111111111111" {
            subscription core id="22222222-2222-4222-8222-222222222222" // Core \n} evil { \u{202e}
        }
        // left out: vm `a\nb`: its name cannot be written

        resource-group "rg (web) $${x} \"q" {
            // grant admin (group)"sg-admins" // who may sign in to every machine of this group
            // grant user (user)"kim@contoso.com"
            vm web01 {
                identity system-assigned
                login
            }
            vm web02 {
                identity system-assigned
                login // its last operation failed: an apply repairs it
            }
            vm web03 {
                identity system-assigned
                // login
            }
            vm web04 {
                // it has the login extension, which works only with an identity:
                // identity system-assigned; login
            }

            // nobody can sign in to these with Entra ID yet; give them `{ identity system-assigned; login }`
            vm bare1 "1bare"
        }
        "#);
    }

    #[test]
    fn names_for_manifests_are_plain_and_taken_once() {
        let mut taken = BTreeSet::new();
        let mut slug = |text| super::slug(text, "sub", &mut taken);
        assert_eq!(slug("Pay-As-You-Go (prod)"), "pay-as-you-go-prod");
        assert_eq!(slug("Pay As You Go prod"), "pay-as-you-go-prod-2");
        assert_eq!(slug("42"), "sub-42");
        assert_eq!(slug("\u{202e}漢字"), "sub");
        assert_eq!(slug(""), "sub-2");
    }
}
