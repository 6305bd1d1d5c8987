//! Estates of any size, as text.

/// A manifest of so many explicit machines, a hundred to a group, each with what a sign-in needs.
pub(crate) fn manifest(machines: usize) -> String {
    let mut text = String::from(
        "vmlogin 1 { estate bench }\ntenant contoso id=\"11111111-1111-4111-8111-111111111111\" {\n    subscription core id=\"22222222-2222-4222-8222-222222222222\"\n}\n",
    );
    for machine in 0..machines {
        if machine % 100 == 0 {
            let group = machine / 100;
            if group > 0 {
                text.push_str("}\n");
            }
            text.push_str(&format!(
                "resource-group rg-{group:04} subscription=core location=westeurope {{\n    grant admin (group)\"sg-admins-{group:04}\"\n"
            ));
        }
        text.push_str(&format!(
            "    vm web{machine:05} os=windows {{\n        tags owner=\"team {machine:05}\" cost-centre=\"4711\" environment=production\n        identity system-assigned\n        login\n        grant user (user)\"person{machine:05}@contoso.com\" reason=\"CHG-{machine:05} asked for by the team\"\n        protect\n    }}\n"
        ));
    }
    text.push_str("}\n");
    text
}

/// The same with a comment of its own, between `/*` and `*/`, behind each node's first line, so that nothing can be judged for two of
/// them at once.
pub(crate) fn unlike(text: &str) -> String {
    let lines = text.lines().enumerate();
    let lines = lines.map(|(number, line)| match line.trim_start() {
        "}" => format!("{line}\n"),
        _ => format!("{line} /* {number} */\n"),
    });
    lines.collect()
}

/// The same machines by a loop through [`table`], in one group.
pub(crate) const LOOPED: &str = r#"vmlogin 1 { estate bench }
tenant contoso id="11111111-1111-4111-8111-111111111111" {
    subscription core id="22222222-2222-4222-8222-222222222222"
}
resource-group rg-0000 subscription=core location=westeurope {
    grant admin (group)"sg-admins-0000"
    for row in=(csv)"fleet.csv" {
        vm $row.name os=windows {
            tags owner=$row.owner cost-centre="4711" environment=production
            identity system-assigned
            login
            grant user (user)$row.person reason=$row.reason
            protect
        }
    }
}
"#;

/// The rows of so many machines.
pub(crate) fn table(machines: usize) -> String {
    let mut text = String::from("name,owner,person,reason\n");
    for machine in 0..machines {
        text.push_str(&format!(
            "web{machine:05},team {machine:05},person{machine:05}@contoso.com,CHG-{machine:05} asked for by the team\n"
        ));
    }
    text
}
