//! What names of other things mean, what comes along with a thing, and what follows for the order.

use insta::assert_snapshot;
use vmlogin_engine::graph::Graph;
use vmlogin_engine::inventory::Inventory;
use vmlogin_engine::language::{File, Inputs, expand};
use vmlogin_engine::manifest::Manifest;
use vmlogin_engine::manifest::lower::lower;
use vmlogin_engine::plan::Mode;
use vmlogin_engine::source::Sources;
use vmlogin_engine::syntax::parse;

use crate::networked::{NETWORKED, live_at, plan_of};
use crate::report::report;
use crate::world::shown;

const HEAD: &str = r#"vmlogin 1 { estate "contoso-prod" }
tenant contoso id="11111111-1111-4111-8111-111111111111" {
    subscription core id="22222222-2222-4222-8222-222222222222"
    subscription edge id="33333333-3333-4333-8333-333333333333"
    subscription far id="44444444-4444-4444-8444-444444444444"
}
"#;

/// What a text beside [`HEAD`] says, or what is wrong with it.
fn lowered(text: &str) -> Result<Manifest, String> {
    let mut sources = Sources::new();
    let files = [("head.kdl", HEAD), ("estate.kdl", text)].map(|(path, text)| {
        let source = sources.add(path.to_owned(), text.to_owned());
        let parsed = parse(source, text);
        assert_eq!(parsed.problems, [], "the text is meant to be valid KDL");
        File {
            source,
            path: path.to_owned(),
            tree: parsed.tree,
            root: true,
        }
    });
    let expanded = expand(files.into(), &Inputs::default());
    let lowered = lower(expanded.tree, &NETWORKED);
    lowered
        .manifest
        .ok_or_else(|| report(&lowered.problems, &sources))
}

/// The attribute of the resource at an address.
fn said(manifest: &Manifest, address: &str, attribute: &str) -> String {
    let mut resources = manifest.resources.values();
    let resource = resources
        .find(|resource| resource.address.as_str() == address)
        .expect("a resource of this address");
    resource
        .get(attribute)
        .map_or("nothing".to_owned(), ToString::to_string)
}

/// What `nic subnet=…` of a box in `rg-web` comes to, beside these other nodes.
fn subnet(written: &str, beside: &str) -> String {
    let own = "virtual-network vnet { subnet servers { prefix \"10.0.1.0/24\" } }";
    let text = format!(
        "resource-group rg-web subscription=core {{ {own}\nbox web01 {{ nic subnet={written} }} }}\n{beside}"
    );
    match lowered(&text) {
        Ok(manifest) => said(
            &manifest,
            "network-interface:core/rg-web/web01-nic",
            "subnet",
        ),
        Err(report) => report,
    }
}

const HUB: &str =
    "resource-group rg-hub subscription=core { virtual-network vnet-hub { subnet shared } }";

#[test]
fn a_name_is_what_the_own_group_has() {
    assert_snapshot!(subnet("servers", HUB), @r#""/subnet/core/rg-web/vnet/servers""#);
    assert_snapshot!(subnet("SERVERS", HUB), @r#""/subnet/core/rg-web/vnet/servers""#);
    assert_snapshot!(subnet("\"Vnet/servers\"", HUB), @r#""/subnet/core/rg-web/vnet/servers""#);
}

#[test]
fn a_path_begins_with_a_group_of_the_own_subscription_first() {
    assert_snapshot!(subnet("\"rg-hub/vnet-hub/shared\"", HUB), @r#""/subnet/core/rg-hub/vnet-hub/shared""#);
    let both = HUB.replace("core", "edge") + "\n" + HUB;
    assert_snapshot!(subnet("\"rg-hub/vnet-hub/shared\"", &both), @r#""/subnet/core/rg-hub/vnet-hub/shared""#);
    let edge = HUB.replace("core", "edge");
    assert_snapshot!(subnet("\"rg-hub/vnet-hub/shared\"", &edge), @r#""/subnet/edge/rg-hub/vnet-hub/shared""#);
}

#[test]
fn what_nobody_declares_lies_where_it_is_said_to() {
    assert_snapshot!(subnet("\"rg-net/vnet-old/other\"", HUB), @r#""/subnet/core/rg-net/vnet-old/other""#);
    assert_snapshot!(subnet("\"vnet-old/other\"", HUB), @r#""/subnet/core/rg-web/vnet-old/other""#);
    assert_snapshot!(subnet("other", HUB), @r#""/subnet/core/rg-web/vnet/other""#);
    assert_snapshot!(subnet("\"/subnet/elsewhere/a/b/c\"", HUB), @r#""/subnet/elsewhere/a/b/c""#);
}

#[test]
fn a_subnet_that_two_networks_of_the_group_have_is_an_error_that_shows_both() {
    let text = r#"resource-group rg-web subscription=core {
    virtual-network vnet-a { subnet servers }
    virtual-network vnet-b { subnet servers }
    box web01 { nic subnet=servers }
    box web02 { nic subnet="vnet-b/servers" }
}
"#;
    assert_snapshot!(lowered(text).unwrap_err(), @"
    VML155: `servers` may mean more than one subnet
      estate.kdl:4:28 `servers` which one?
      estate.kdl:2:37 `servers` this one
      estate.kdl:3:37 `servers` or this one
      help: write `rg-web/vnet-a/servers` or `rg-web/vnet-b/servers`
    ");
}

#[test]
fn a_name_that_could_mean_nothing_is_told_with_the_nearest() {
    let of = |written: &str, networks: &str| {
        let text = format!(
            "resource-group rg-web subscription=core {{ {networks}\nbox web01 {{ nic subnet={written} }} }}\n{HUB}"
        );
        lowered(&text).unwrap_err()
    };
    assert_snapshot!(of("shared", ""), @"
    VML154: `shared` names no subnet of this manifest
      estate.kdl:2:24 `shared` no such subnet here
      help: write `rg-hub/vnet-hub/shared`
    ");
    assert_snapshot!(of("servrs", "virtual-network a { subnet servers }; virtual-network b"), @"
    VML154: `servrs` names no subnet of this manifest
      estate.kdl:2:24 `servrs` no such subnet here
      help: did you mean `servers`?
    ");
    assert_snapshot!(of("outside", ""), @"
    VML154: `outside` names no subnet of this manifest
      estate.kdl:2:24 `outside` no such subnet here
      help: declare the subnet, or say where it lies: `RESOURCE-GROUP/VIRTUAL-NETWORK/SUBNET`
    ");
}

#[test]
fn a_group_of_two_other_subscriptions_needs_the_full_id() {
    let others = HUB.replace("core", "edge") + "\n" + &HUB.replace("core", "far");
    assert_snapshot!(subnet("\"rg-hub/vnet-hub/shared\"", &others), @r#"
    VML155: `rg-hub/vnet-hub/shared` may mean more than one resource group
      estate.kdl:2:24 `"rg-hub/vnet-hub/shared"` which one?
      estate.kdl:3:16 `rg-hub` this one
      estate.kdl:4:16 `rg-hub` or this one
      help: there are `resource-group:edge/rg-hub` and `resource-group:far/rg-hub`: write the full id
    "#);
}

#[test]
fn a_text_that_can_name_no_such_thing_is_refused_with_the_form() {
    assert_snapshot!(subnet("\"/network-interface/core/rg-web/web01-nic\"", ""), @r#"
    VML156: `/network-interface/core/rg-web/web01-nic` cannot name a subnet
      estate.kdl:2:24 `"/network-interface/core/rg-web/web01-nic"` neither a name nor an id
      help: write its name, `RESOURCE-GROUP/VIRTUAL-NETWORK/SUBNET`, or its full id
    "#);
    assert_snapshot!(subnet("\"core/rg-hub/vnet-hub/shared\"", ""), @r#"
    VML156: `core/rg-hub/vnet-hub/shared` cannot name a subnet
      estate.kdl:2:24 `"core/rg-hub/vnet-hub/shared"` neither a name nor an id
      help: write its name, `RESOURCE-GROUP/VIRTUAL-NETWORK/SUBNET`, or its full id
    "#);
    assert_snapshot!(subnet("\"vnet//servers\"", ""), @r#"
    VML156: `vnet//servers` cannot name a subnet
      estate.kdl:2:24 `"vnet//servers"` neither a name nor an id
      help: write its name, `RESOURCE-GROUP/VIRTUAL-NETWORK/SUBNET`, or its full id
    "#);
    assert_snapshot!(subnet("\"vnet/ser vers\"", ""), @r#"
    VML113: `ser vers` cannot be the name of a subnet
      estate.kdl:2:24 `"vnet/ser vers"` holds a blank
      help: a name is made of the letters a to z, digits and `-_.`, does not begin with `-`, does not end with `-`, and has 1 to 20 characters
    "#);
    assert_snapshot!(subnet("\"\"", ""), @r#"
    VML113: the value of `subnet` is empty
      estate.kdl:2:24 `""` empty
      help: say something, or leave it out
    "#);
    assert_snapshot!(subnet("#true", ""), @"
    VML108: `subnet` is text, not a switch
      estate.kdl:2:24 `#true` a switch
      help: give it text
    ");
}

#[test]
fn references_that_miss_are_not_told_where_nodes_were_lost() {
    let lost =
        lowered("resource-group rg subscription=nowhere { box a { nic subnet=s } }").unwrap_err();
    assert!(!lost.contains("VML154"), "{lost}");
}

const WEB: &str = r#"resource-group rg-web subscription=core location=westeurope {
    virtual-network vnet { range "10.0.0.0/16"; subnet servers { prefix "10.0.1.0/24" } }
    box web01 web02 { image win; nic subnet=servers public-ip=#true { note hello } }
    box web03 { image win; nic subnet=servers public-ip=web01-pip }
    box web04 { image win; nic subnet=servers public-ip=#false }
    box web05 { beside web01 WEB02 }
}
"#;

#[test]
fn a_node_brings_along_what_it_describes_once_for_each_name() {
    let manifest = lowered(WEB).unwrap();
    let lines: Vec<String> = manifest
        .resources
        .values()
        .filter(|resource| ["network-interface", "public-ip", "box"].contains(&resource.kind))
        .map(|resource| {
            let attributes = resource.attributes.iter();
            let attributes: Vec<String> = attributes
                .map(|(name, declared)| format!(" {name}={}", declared.value))
                .collect();
            format!(
                "{} in {}{}",
                resource.address,
                resource.parent,
                attributes.concat()
            )
        })
        .collect();
    assert_snapshot!(lines.join("\n"), @r#"
    box:core/rg-web/web01 in resource-group:core/rg-web image="win" nic="/network-interface/core/rg-web/web01-nic"
    box:core/rg-web/web02 in resource-group:core/rg-web image="win" nic="/network-interface/core/rg-web/web02-nic"
    box:core/rg-web/web03 in resource-group:core/rg-web image="win" nic="/network-interface/core/rg-web/web03-nic"
    box:core/rg-web/web04 in resource-group:core/rg-web image="win" nic="/network-interface/core/rg-web/web04-nic"
    box:core/rg-web/web05 in resource-group:core/rg-web beside=["/box/core/rg-web/web01", "/box/core/rg-web/web02"]
    network-interface:core/rg-web/web01-nic in resource-group:core/rg-web note="hello" public-ip="/public-ip/core/rg-web/web01-pip" subnet="/subnet/core/rg-web/vnet/servers"
    network-interface:core/rg-web/web02-nic in resource-group:core/rg-web note="hello" public-ip="/public-ip/core/rg-web/web02-pip" subnet="/subnet/core/rg-web/vnet/servers"
    network-interface:core/rg-web/web03-nic in resource-group:core/rg-web public-ip="/public-ip/core/rg-web/web01-pip" subnet="/subnet/core/rg-web/vnet/servers"
    network-interface:core/rg-web/web04-nic in resource-group:core/rg-web public-ip=(none) subnet="/subnet/core/rg-web/vnet/servers"
    public-ip:core/rg-web/web01-pip in resource-group:core/rg-web
    public-ip:core/rg-web/web02-pip in resource-group:core/rg-web
    "#);
}

#[test]
fn what_is_referred_to_goes_first_and_the_edge_says_why() {
    let manifest = lowered(WEB).unwrap();
    let graph = Graph::of(&manifest, &NETWORKED).expect("no cycle");
    let edges: Vec<String> = graph
        .edges()
        .filter(|edge| edge.reason.starts_with("its "))
        .map(|edge| format!("{} after {}: {}", edge.from, edge.on, edge.reason))
        .collect();
    assert_snapshot!(edges.join("\n"), @"
    box:core/rg-web/web01 after network-interface:core/rg-web/web01-nic: its `nic` is `web01-nic`
    box:core/rg-web/web02 after network-interface:core/rg-web/web02-nic: its `nic` is `web02-nic`
    box:core/rg-web/web03 after network-interface:core/rg-web/web03-nic: its `nic` is `web03-nic`
    box:core/rg-web/web04 after network-interface:core/rg-web/web04-nic: its `nic` is `web04-nic`
    box:core/rg-web/web05 after box:core/rg-web/web01: its `beside` is `web01`
    box:core/rg-web/web05 after box:core/rg-web/web02: its `beside` is `web02`
    network-interface:core/rg-web/web01-nic after public-ip:core/rg-web/web01-pip: its `public-ip` is `web01-pip`
    network-interface:core/rg-web/web01-nic after subnet:core/rg-web/vnet/servers: its `subnet` is `servers`
    network-interface:core/rg-web/web02-nic after public-ip:core/rg-web/web02-pip: its `public-ip` is `web02-pip`
    network-interface:core/rg-web/web02-nic after subnet:core/rg-web/vnet/servers: its `subnet` is `servers`
    network-interface:core/rg-web/web03-nic after public-ip:core/rg-web/web01-pip: its `public-ip` is `web01-pip`
    network-interface:core/rg-web/web03-nic after subnet:core/rg-web/vnet/servers: its `subnet` is `servers`
    network-interface:core/rg-web/web04-nic after subnet:core/rg-web/vnet/servers: its `subnet` is `servers`
    ");
}

#[test]
fn things_that_refer_to_each_other_are_a_cycle() {
    let manifest =
        lowered("resource-group rg subscription=core { box a { beside b }; box b { beside a } }")
            .unwrap();
    let cycle = Graph::of(&manifest, &NETWORKED).unwrap_err();
    assert_eq!(cycle.steps.len(), 2);
}

#[test]
fn nobody_writes_a_node_for_what_comes_along() {
    let text = "resource-group rg subscription=core { network-interface a; box b { nic c name=d subnet=x; nic } }";
    assert_snapshot!(lowered(text).unwrap_err(), @"
    VML100: unknown node `network-interface` in `resource-group`
      estate.kdl:1:39 `network-interface` no such node here
      help: `resource-group` holds `absent`, `box`, `for` and `virtual-network`

    VML104: `nic` takes no argument
      estate.kdl:1:72 `c` one too many
      help: `nic` takes `subnet` and `public-ip` with `=`

    VML102: `name` belongs to the language, but this version of vmlogin does not build it yet
      estate.kdl:1:74 `name` not built yet
      help: remove it, or put `/-` before it until a version builds it

    VML154: `x` names no subnet of this manifest
      estate.kdl:1:88 `x` no such subnet here
      help: declare the subnet, or say where it lies: `RESOURCE-GROUP/VIRTUAL-NETWORK/SUBNET`

    VML122: `box` has `nic` twice
      estate.kdl:1:91 `nic` given again here
      estate.kdl:1:68 `nic` first given here
      help: remove one of them
    ");
}

#[test]
fn the_whole_is_made_in_order_and_then_the_plan_is_empty() {
    let manifest = lowered(WEB).unwrap();
    let plan = plan_of(&manifest, &Inventory::default(), Mode::Apply);
    assert_snapshot!(shown(&plan), @r#"
    create resource-group:core/rg-web
        location: (none) -> "westeurope"
    create public-ip:core/rg-web/web01-pip
        after resource-group:core/rg-web (Success): it lies in the resource group `rg-web`
    create public-ip:core/rg-web/web02-pip
        after resource-group:core/rg-web (Success): it lies in the resource group `rg-web`
    create virtual-network:core/rg-web/vnet
        range: (none) -> "10.0.0.0/16"
        after resource-group:core/rg-web (Success): it lies in the resource group `rg-web`
    create subnet:core/rg-web/vnet/servers
        prefix: (none) -> "10.0.1.0/24"
        after virtual-network:core/rg-web/vnet (Success): it lies in the virtual network `vnet`
    create network-interface:core/rg-web/web01-nic
        subnet: (none) -> "/subnet/core/rg-web/vnet/servers"
        public-ip: (none) -> "/public-ip/core/rg-web/web01-pip"
        note: (none) -> "hello"
        after public-ip:core/rg-web/web01-pip (Success): its `public-ip` is `web01-pip`
        after resource-group:core/rg-web (Success): it lies in the resource group `rg-web`
        after subnet:core/rg-web/vnet/servers (Success): its `subnet` is `servers`
    create box:core/rg-web/web01
        image: (none) -> "win"
        nic: (none) -> "/network-interface/core/rg-web/web01-nic"
        after network-interface:core/rg-web/web01-nic (Success): its `nic` is `web01-nic`
        after resource-group:core/rg-web (Success): it lies in the resource group `rg-web`
    create network-interface:core/rg-web/web02-nic
        subnet: (none) -> "/subnet/core/rg-web/vnet/servers"
        public-ip: (none) -> "/public-ip/core/rg-web/web02-pip"
        note: (none) -> "hello"
        after public-ip:core/rg-web/web02-pip (Success): its `public-ip` is `web02-pip`
        after resource-group:core/rg-web (Success): it lies in the resource group `rg-web`
        after subnet:core/rg-web/vnet/servers (Success): its `subnet` is `servers`
    create box:core/rg-web/web02
        image: (none) -> "win"
        nic: (none) -> "/network-interface/core/rg-web/web02-nic"
        after network-interface:core/rg-web/web02-nic (Success): its `nic` is `web02-nic`
        after resource-group:core/rg-web (Success): it lies in the resource group `rg-web`
    keep   box:core/rg-web/web05
        beside: (none) -> ["/box/core/rg-web/web01", "/box/core/rg-web/web02"]
        blocked by missing on box:core/rg-web/web05
    create network-interface:core/rg-web/web03-nic
        subnet: (none) -> "/subnet/core/rg-web/vnet/servers"
        public-ip: (none) -> "/public-ip/core/rg-web/web01-pip"
        after public-ip:core/rg-web/web01-pip (Success): its `public-ip` is `web01-pip`
        after resource-group:core/rg-web (Success): it lies in the resource group `rg-web`
        after subnet:core/rg-web/vnet/servers (Success): its `subnet` is `servers`
    create box:core/rg-web/web03
        image: (none) -> "win"
        nic: (none) -> "/network-interface/core/rg-web/web03-nic"
        after network-interface:core/rg-web/web03-nic (Success): its `nic` is `web03-nic`
        after resource-group:core/rg-web (Success): it lies in the resource group `rg-web`
    create network-interface:core/rg-web/web04-nic
        subnet: (none) -> "/subnet/core/rg-web/vnet/servers"
        after resource-group:core/rg-web (Success): it lies in the resource group `rg-web`
        after subnet:core/rg-web/vnet/servers (Success): its `subnet` is `servers`
    create box:core/rg-web/web04
        image: (none) -> "win"
        nic: (none) -> "/network-interface/core/rg-web/web04-nic"
        after network-interface:core/rg-web/web04-nic (Success): its `nic` is `web04-nic`
        after resource-group:core/rg-web (Success): it lies in the resource group `rg-web`
    "#);
}

/// One box with a public address, against what is live of it.
fn alone(live: &[&str], nic: &str) -> String {
    let manifest = lowered(
        "resource-group rg-web subscription=core { box web01 { image win; nic public-ip=#true } }",
    );
    let mut inventory = Inventory::default();
    for id in live {
        let mut live = live_at(id);
        if live.kind == "box" {
            live.attributes.insert("image".to_owned(), "win".into());
            live.attributes.insert("nic".to_owned(), nic.into());
        }
        inventory.insert(live);
    }
    shown(&plan_of(
        &manifest.expect("no problems"),
        &inventory,
        Mode::Apply,
    ))
}

const OWN_NIC: &str = "/NETWORK-INTERFACE/core/rg-web/web01-nic";

#[test]
fn nothing_comes_along_with_a_machine_that_has_another_interface() {
    let live = ["/resource-group/core/rg-web", "/box/core/rg-web/web01"];
    assert_snapshot!(alone(&live, "/network-interface/core/rg-web/web01VMNic"), @r#"
    keep   resource-group:core/rg-web
    keep   public-ip:core/rg-web/web01-pip
        note: it is left alone: `web01` exists, and its `nic` stays as it is
    keep   network-interface:core/rg-web/web01-nic
        note: it is left alone: `web01` exists, and its `nic` stays as it is
    keep   box:core/rg-web/web01
        nic: "/network-interface/core/rg-web/web01VMNic" -> "/network-interface/core/rg-web/web01-nic"
        note: `nic` is "/network-interface/core/rg-web/web01VMNic" and stays so: only making it anew would set "/network-interface/core/rg-web/web01-nic", with `--accept replace=box:core/rg-web/web01`
    "#);
}

#[test]
fn what_a_machine_takes_is_made_for_it() {
    let live = [
        "/resource-group/core/rg-web",
        "/box/core/rg-web/web01",
        "/network-interface/core/rg-web/web01-nic",
    ];
    assert_snapshot!(alone(&live, OWN_NIC), @r#"
    keep   resource-group:core/rg-web
    create public-ip:core/rg-web/web01-pip
    update network-interface:core/rg-web/web01-nic
        public-ip: (none) -> "/public-ip/core/rg-web/web01-pip"
        after public-ip:core/rg-web/web01-pip (Success): its `public-ip` is `web01-pip`
    keep   box:core/rg-web/web01
    "#);
}

#[test]
fn nothing_comes_along_with_what_is_not_there_and_not_made() {
    let manifest =
        lowered("resource-group rg-web subscription=core { box web01 { nic public-ip=#true } }");
    let mut inventory = Inventory::default();
    inventory.insert(live_at("/resource-group/core/rg-web"));
    let plan = plan_of(&manifest.unwrap(), &inventory, Mode::Apply);
    assert_snapshot!(shown(&plan), @r#"
    keep   resource-group:core/rg-web
    keep   public-ip:core/rg-web/web01-pip
        note: it is left alone: `web01` does not exist
    keep   network-interface:core/rg-web/web01-nic
        note: it is left alone: `web01` does not exist
    keep   box:core/rg-web/web01
        nic: (none) -> "/network-interface/core/rg-web/web01-nic"
        blocked by missing on box:core/rg-web/web01
    "#);
}

#[test]
fn what_came_along_goes_after_its_machine() {
    let manifest =
        lowered("resource-group rg-web subscription=core { box web01 { nic public-ip=#true } }");
    let mut inventory = Inventory::default();
    for id in [
        "/resource-group/core/rg-web",
        "/box/core/rg-web/web01",
        "/network-interface/core/rg-web/web01-nic",
        "/public-ip/core/rg-web/web01-pip",
    ] {
        inventory.insert(live_at(id));
    }
    let plan = plan_of(&manifest.unwrap(), &inventory, Mode::Destroy);
    assert_snapshot!(shown(&plan), @"
    delete box:core/rg-web/web01
    delete network-interface:core/rg-web/web01-nic
        after box:core/rg-web/web01 (Success): it was made later, since its `nic` is `web01-nic`
    delete public-ip:core/rg-web/web01-pip
        after network-interface:core/rg-web/web01-nic (Success): it was made later, since its `public-ip` is `web01-pip`
    delete resource-group:core/rg-web
        after box:core/rg-web/web01 (Success): it was made later, since it lies in the resource group `rg-web`
        after network-interface:core/rg-web/web01-nic (Success): it was made later, since it lies in the resource group `rg-web`
        after public-ip:core/rg-web/web01-pip (Success): it was made later, since it lies in the resource group `rg-web`
    ");
}

#[test]
fn what_is_to_be_absent_may_not_be_referred_to() {
    let text = "resource-group rg-web subscription=core {
    virtual-network vnet { absent subnet servers; subnet other }
    box web01 { nic subnet=\"vnet/servers\" }
    box web02 { nic subnet=\"vnet/other\" }
}
";
    assert_snapshot!(lowered(text).unwrap_err());
}
