//! Every word of the language's table of nodes is built or refused by name: none is unknown, and none is passed over.

use crate::stage::Stage;

/// Each node, the line that it is written as, its properties with a value, and its children as they are written.
const NODES: &[(&str, &str, &[&str], &[&str])] = &[
    (
        "",
        "tenant t",
        &["cloud=public"],
        &[
            "break-glass (user)\"a@contoso.com\"",
            "sign-in-app ensure=#true",
            "conditional-access x { app vm-sign-in; state on }",
        ],
    ),
    (
        "tenant t",
        "subscription s",
        &[],
        &[
            "grant user (user)\"a@contoso.com\"",
            "own login-roles { keep (user)\"a@contoso.com\" }",
            "absent grant user (user)\"a@contoso.com\"",
            "policy require-login effect=audit",
        ],
    ),
    (
        "tenant t",
        "management-group m",
        &[],
        &["grant user (user)\"a@contoso.com\"", "policy require-login"],
    ),
    (
        "",
        "resource-group g",
        &["subscription=s", "location=westeurope"],
        &[
            "tags owner=web",
            "protect",
            "own login-roles",
            "grant user (user)\"a@contoso.com\"",
            "virtual-network n",
            "network-security-group n",
            "managed-identity n",
            "vm n",
            "arc-machine n",
            "policy deploy-login",
            "wave 1 percent=10 pause=5",
            "use x",
            "for row in=$rows { vm $row }",
            "absent vm n",
        ],
    ),
    (
        "resource-group g",
        "virtual-network n",
        &["location=westeurope"],
        &[
            "address-space \"10.0.0.0/16\"",
            "dns \"10.0.0.4\"",
            "subnet x",
            "tags owner=web",
            "protect",
        ],
    ),
    (
        "resource-group g { virtual-network n",
        "subnet x",
        &[],
        &[
            "prefix \"10.0.0.0/24\"",
            "network-security-group n",
            "default-outbound-access #true",
        ],
    ),
    (
        "resource-group g",
        "network-security-group n",
        &["location=westeurope"],
        &[
            "rule r { priority 100; direction inbound; access allow; protocol tcp; from any; to any; ports 3389 }",
            "tags owner=web",
            "protect",
        ],
    ),
    (
        "resource-group g",
        "managed-identity n",
        &["location=westeurope"],
        &["tags owner=web", "protect"],
    ),
    (
        "resource-group g",
        "vm n",
        &["os=windows", "location=westeurope"],
        &[
            "computer-name n",
            "image Win2022Datacenter",
            "size Standard_D2s_v5",
            "zone 1",
            "admin a password=random",
            "admin a ssh-key=(file)\"k.pub\"",
            "os-disk size-gb=128 type=premium-ssd",
            "nic subnet=x public-ip=#true network-security-group=n",
            "identity system-assigned { user-assigned x }",
            "login",
            "grant user (user)\"a@contoso.com\"",
            "tags owner=web",
            "protect",
            "use x",
            "absent login",
        ],
    ),
    (
        "resource-group g",
        "arc-machine n",
        &["os=windows"],
        &[
            "login",
            "grant user (user)\"a@contoso.com\"",
            "tags owner=web",
            "protect",
            "use x",
            "absent login",
        ],
    ),
    (
        "resource-group g { vm n",
        "login",
        &[
            "version=\"1.0\"",
            "auto-upgrade-minor-version=#true",
            "enable-automatic-upgrade=#true",
            "mdm-id=intune",
        ],
        &[],
    ),
    (
        "resource-group g",
        "grant user (user)\"a@contoso.com\"",
        &[
            "until=\"2027-01-31\"",
            "eligible=#true",
            "max=\"8h\"",
            "reason=x",
            "owner=x",
            "review-by=\"2027-01-31\"",
        ],
        &[],
    ),
    ("resource-group g { vm n", "absent", &[], &[]),
    ("", "assert no-guest-admin", &["on=\"vm:s/g/n\""], &[]),
    ("", "template x", &[], &[]),
    ("", "set env=prod", &[], &[]),
    ("", "edit vm n", &[], &[]),
    ("", "remove vm n", &[], &[]),
];

/// The words that this version refuses, each by its name and nowhere else.
const REFUSED: &[&str] = &[
    "assert",
    "conditional-access",
    "edit",
    "eligible",
    "max",
    "own",
    "owner",
    "policy",
    "remove",
    "review-by",
    "set",
    "sign-in-app",
    "template",
    "until",
    "use",
    "wave",
];

/// The manifest with one node inside what it stands in.
fn manifest(place: &str, node: &str) -> String {
    let ids = |text: String| {
        let guid = |digit: &str| {
            format!(
                "{0}{0}{0}{0}-{0}{0}-4{1}-8{1}-{0}{0}{0}{0}{0}{0}",
                digit.repeat(2),
                digit.repeat(3)
            )
        };
        text.replace("tenant t", &format!("tenant t id=\"{}\"", guid("1")))
            .replace(
                "subscription s",
                &format!("subscription s id=\"{}\"", guid("2")),
            )
    };
    let open = place.matches('{').count() + usize::from(!place.is_empty());
    let inner = match place {
        "" => node.to_owned(),
        _ => format!("{place} {{ {node} {}", "}".repeat(open)),
    };
    let head =
        "/- kdl-version 2\nvmlogin 1 { estate \"e\"; safety max-delete=1 max-change-percent=10 }\n";
    ids(format!("{head}{inner}\n"))
}

#[test]
fn every_word_of_the_language_is_built_or_refused_by_name() {
    let stage = Stage::empty();
    let mut refused: Vec<&str> = Vec::new();
    for (place, node, properties, children) in NODES {
        let alone = [node.to_string()].into_iter();
        let with_properties = properties.iter().map(|word| format!("{node} {word}"));
        let with_children = children.iter().map(|word| format!("{node} {{ {word} }}"));
        for written in alone.chain(with_properties).chain(with_children) {
            stage.write("estate.kdl", &manifest(place, &written));
            let said = stage.run(&["validate"]).stderr;
            for unknown in ["unknown node", "unknown attribute", "unknown type"] {
                assert!(!said.contains(unknown), "{place} {written}: {said}");
            }
            refused.extend(
                REFUSED
                    .iter()
                    .filter(|word| said.contains(&format!("`{word}` belongs to the language"))),
            );
            let others = said.matches("belongs to the language").count();
            let known = REFUSED.iter().map(|word| {
                said.matches(&format!("`{word}` belongs to the language"))
                    .count()
            });
            assert_eq!(others, known.sum::<usize>(), "{place} {written}: {said}");
        }
    }
    // What stands in each of them was looked at: a word that nobody documented is met.
    for (place, node, _, children) in NODES.iter().filter(|(.., children)| !children.is_empty()) {
        stage.write(
            "estate.kdl",
            &manifest(place, &format!("{node} {{ {}; bogus }}", children[0])),
        );
        let said = stage.run(&["validate"]).expect(3).stderr;
        assert!(said.contains("unknown node `bogus`"), "{node}: {said}");
    }
    refused.sort_unstable();
    refused.dedup();
    assert_eq!(refused, REFUSED);
}
