//! An estate with the world in which it is planned: machines that it makes, each with an interface, an identity and a login, in groups
//! whose people may sign in.

use std::fmt::Write as _;

/// Machines of one group.
const GROUP: usize = 125;

/// With more machines the text would be over the 10 MB that a manifest may have.
const MOST_EXPLICIT: usize = 25_000;

const TENANT: &str = "11111111-1111-4111-8111-111111111111";
const SUBSCRIPTION: &str = "22222222-2222-4222-8222-222222222222";
const ADMIN: &str = "1c0163c0-47e6-4577-8991-ea5c82e286e4";
const USER: &str = "fb879df8-f326-4884-b1cf-06f3ad86be52";

/// An estate of so many machines.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Site {
    pub(crate) machines: usize,
    /// Whether each machine has a grant of its own besides.
    pub(crate) grant_each: bool,
}

impl Site {
    /// The manifest: each machine by itself, or by a loop through the names of its group where no manifest may be that long.
    pub(crate) fn manifest(self) -> String {
        let mut text = format!(
            "vmlogin 1 {{ estate bench }}\ntenant contoso id=\"{TENANT}\" {{\n    subscription core id=\"{SUBSCRIPTION}\"\n}}\n"
        );
        let mut lists = String::new();
        for (group, machines) in self.groups() {
            let _ = writeln!(
                text,
                "resource-group rg-{group:04} subscription=core location=westeurope {{\n    grant admin (group)\"sg-admins-{group:04}\"\n    grant user (group)\"sg-users-{group:04}\"\n    virtual-network rg-{group:04}-westeurope-vnet {{\n        address-space \"10.0.0.0/16\"\n        subnet default {{ prefix \"10.0.0.0/16\" }}\n    }}"
            );
            let names = machines.map(|machine| format!("web{machine:05}"));
            let names: Vec<String> = names.collect();
            let looped = self.machines > MOST_EXPLICIT;
            let vms = match looped {
                true => vec!["$name".to_owned()],
                false => names.clone(),
            };
            if looped {
                let _ = writeln!(text, "    for name in=$names{group:04} {{");
                let _ = writeln!(lists, "let names{group:04} {}", names.join(" "));
            }
            for vm in vms {
                let _ = writeln!(
                    text,
                    "    vm {vm} os=windows {{\n        image \"MicrosoftWindowsServer:WindowsServer:2022-datacenter-g2:latest\"\n        size Standard_D2s_v5\n        admin localadmin password=random\n        nic subnet=default\n        identity system-assigned\n        login"
                );
                if self.grant_each {
                    text.push_str("        grant user (user)\"kim@contoso.com\"\n");
                }
                text.push_str("    }\n");
            }
            text.push_str(if looped { "    }\n}\n" } else { "}\n" });
        }
        text + &lists
    }

    /// The world before the first apply: the directory, and a subscription with nothing in it.
    pub(crate) fn nothing_there(self) -> String {
        self.world("")
    }

    /// The world in which nothing is left to do.
    pub(crate) fn converged(self) -> String {
        let (mut groups, mut assignments) = (String::new(), String::new());
        for (group, machines) in self.groups() {
            let (first, last) = (machines.start, machines.end - 1);
            let _ = writeln!(
                groups,
                "        resource-group rg-{group:04} location=westeurope {{\n            tag vmlogin-estate bench\n            vm \"web#####\" os=windows numbers=\"{first}-{last}\" {{\n                identity system-assigned\n                tag vmlogin-estate bench\n                extension AADLoginForWindows publisher=\"Microsoft.Azure.ActiveDirectory\" type=AADLoginForWindows version=\"2.0\"\n            }}\n        }}"
            );
            for (n, (role, holder)) in [(ADMIN, "a"), (USER, "b")].into_iter().enumerate() {
                let _ = writeln!(
                    assignments,
                    "        role-assignment \"77777777-7777-4777-8777-{n:04}{group:08}\" role=\"{role}\" principal=\"{holder}0000000-0000-4000-8000-00000000{group:04}\" principal-type=Group scope=\"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-{group:04}\" description=\"vmlogin:bench\""
                );
            }
        }
        self.world(&(groups + &assignments))
    }

    fn world(self, inside: &str) -> String {
        let last = self.groups().count() - 1;
        format!(
            "tenant \"{TENANT}\" name=contoso domain=\"contoso.com\" {{\n    user \"kim@contoso.com\" id=\"aaaaaaaa-0000-4000-8000-000000000001\" name=\"Kim Rossi\"\n    group \"sg-admins-####\" id=\"a0000000-0000-4000-8000-00000000####\" numbers=\"0-{last}\"\n    group \"sg-users-####\" id=\"b0000000-0000-4000-8000-00000000####\" numbers=\"0-{last}\"\n    subscription \"{SUBSCRIPTION}\" name=core {{\n{inside}    }}\n}}\n"
        )
    }

    /// Each group with its machines.
    fn groups(self) -> impl Iterator<Item = (usize, std::ops::Range<usize>)> {
        let machines = self.machines;
        (0..machines)
            .step_by(GROUP)
            .map(move |first| (first / GROUP, first..machines.min(first + GROUP)))
    }
}
