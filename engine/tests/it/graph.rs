//! The dependency graph: its order, its reasons, and the cycles that only badly made kinds could ask for.

use insta::assert_snapshot;
use vmlogin_engine::graph::{Cycle, Graph, between_kinds};
use vmlogin_engine::kind::{Catalogue, Key, Kind, Scene};
use vmlogin_engine::language::{self, File, Inputs};
use vmlogin_engine::manifest::{Manifest, Resource, lower};
use vmlogin_engine::schema::{
    Adoption, Existence, Lifetime, Naming, Need, Order, Place, Schema, TOP,
};
use vmlogin_engine::source::{SourceId, Sources};
use vmlogin_engine::syntax;

use crate::networked::NETWORKED;
use crate::report::report;
use crate::sample::CATALOGUE;
use crate::world::manifest;

/// Kinds of which each waits for the next, the last for the first.
static RING: Catalogue = Catalogue {
    kinds: &[
        &Link("left", "right"),
        &Link("right", "rear"),
        &Link("rear", "left"),
        &Link("apart", "nobody"),
    ],
    clouds: &["public"],
};

/// A kind, and the one that it waits for.
struct Link(&'static str, &'static str);

impl Kind for Link {
    fn schema(&self) -> &'static Schema {
        let order = Order {
            after: self.1,
            place: Place::Sibling,
            need: Need::Success,
            reason: "it was drawn so",
        };
        // Once a test: the schemas of real kinds are constants.
        Box::leak(Box::new(Schema {
            kind: self.0,
            title: self.0,
            stands_in: &[TOP],
            naming: Naming::Names,
            attributes: &[],
            later: &[],
            existence: Existence::Made,
            lifetime: Lifetime::Stays,
            adoption: Adoption::Managed,
            stamped: true,
            container: false,
            repaired: false,
            order: Box::leak(Box::new([order])),
        }))
    }

    fn key(&self, resource: &Resource, _: &Scene<'_>) -> Option<Key> {
        Some(Key(resource.address.to_string()))
    }

    fn id(&self, resource: &Resource, _: &Scene<'_>) -> Option<String> {
        Some(resource.address.to_string())
    }
}

const HEAD: &str = "vmlogin 1 { estate ring }\ntenant contoso id=\"11111111-1111-4111-8111-111111111111\" {\n    subscription core id=\"22222222-2222-4222-8222-222222222222\"\n}\n";

/// A manifest of the ring's kinds, and the text that its spans point into.
fn ring(text: &str) -> (Manifest, Sources) {
    let mut sources = Sources::default();
    let text = format!("{HEAD}{text}");
    let source: SourceId = sources.add("estate.kdl".to_owned(), text.clone());
    let parsed = syntax::parse(source, &text);
    let file = File {
        source,
        path: "estate.kdl".to_owned(),
        tree: parsed.tree,
        root: true,
    };
    let expanded = language::expand(vec![file], &Inputs::default());
    let lowered = lower::lower(expanded.tree, &RING);
    assert_eq!(lowered.problems, []);
    (lowered.manifest.expect("a manifest"), sources)
}

fn cycle(manifest: &Manifest) -> Cycle {
    let cycle = Graph::of(manifest, &RING).expect_err("a cycle");
    assert_eq!(Graph::check(manifest, &RING), Err(cycle.clone()));
    cycle
}

/// Every edge is one that the kinds tell of.
pub(crate) fn check_edges(manifest: &Manifest, graph: &Graph, catalogue: &Catalogue) {
    let pairs = between_kinds(catalogue);
    let kind = |address| manifest.resource(address).map_or("", |one| one.kind);
    for edge in graph.edges() {
        let pair = (kind(edge.from), kind(edge.on));
        assert!(pairs.contains(&pair), "no kind tells of {edge:?}");
    }
}

#[test]
fn a_cycle_is_told_with_its_whole_path_and_the_place_of_every_member() {
    let (manifest, sources) = ring("left a\nright b\nrear c\napart d\n");
    let problem = cycle(&manifest).problem(&manifest);
    assert_snapshot!(report(&[problem], &sources), @"
    VML170: these wait for each other: `left:core/a` → `right:core/b` → `rear:core/c` → `left:core/a`
      estate.kdl:5:6 `a` waits for `right:core/b`
      estate.kdl:6:7 `b` waits for `rear:core/c`
      estate.kdl:7:6 `c` waits for `left:core/a`
      help: remove one of the references, so that one of them can be made first
    ");
}

#[test]
fn a_thing_that_stands_beside_a_cycle_is_no_part_of_it() {
    let (manifest, _) = ring("left a\nright b\nrear c\napart d\n");
    let members = cycle(&manifest).steps;
    assert_eq!(members.len(), 3);
    assert!(members.iter().all(|member| member.root() != "apart"));
}

#[test]
fn an_open_chain_is_no_cycle() {
    let (manifest, _) = ring("left a\nright b\napart d\n");
    let graph = Graph::of(&manifest, &RING).expect("no cycle");
    assert_eq!(Graph::check(&manifest, &RING), Ok(()));
    let order: Vec<&str> = graph.order().iter().map(|address| address.root()).collect();
    assert_eq!(order, ["apart", "right", "left"]);
}

#[test]
fn every_edge_has_its_reason() {
    let manifest = manifest(
        "resource-group rg subscription=core { grant user (group)sg; vm web01 { identity system-assigned; login; grant admin (group)sg } }",
    );
    let graph = Graph::of(&manifest, &CATALOGUE).expect("no cycle");
    let edges: Vec<String> = graph
        .edges()
        .map(|edge| {
            format!(
                "{} after {} ({:?}): {}",
                edge.from, edge.on, edge.need, edge.reason
            )
        })
        .collect();
    assert_snapshot!(edges.join("\n"), @"
    grant:core/rg/user/group:sg after resource-group:core/rg (Success): it lies in the resource group `rg`
    grant:core/rg/user/group:sg after vm:core/rg/web01/login (End): wider grants come after the logins beneath them
    vm:core/rg/web01 after resource-group:core/rg (Success): it lies in the resource group `rg`
    vm:core/rg/web01/grant/admin/group:sg after vm:core/rg/web01 (Success): it lies in the VM `web01`
    vm:core/rg/web01/grant/admin/group:sg after vm:core/rg/web01/login (Success): the role is of use once the login is there
    vm:core/rg/web01/identity after vm:core/rg/web01 (Success): it lies in the VM `web01`
    vm:core/rg/web01/login after vm:core/rg/web01 (Success): it lies in the VM `web01`
    vm:core/rg/web01/login after vm:core/rg/web01/identity (Success): the extension joins with the machine's identity
    ");
}

#[test]
fn kinds_tell_what_may_wait_for_what() {
    let pairs = between_kinds(&NETWORKED).into_iter();
    let pairs: Vec<String> = pairs
        .map(|(from, on)| format!("{from} after {on}"))
        .collect();
    assert_snapshot!(pairs.join("\n"), @"
    box after box
    box after network-interface
    box after resource-group
    network-interface after public-ip
    network-interface after resource-group
    network-interface after subnet
    public-ip after resource-group
    subnet after virtual-network
    virtual-network after resource-group
    ");
}

#[test]
fn kinds_that_do_not_lead_back_have_no_cycle_in_any_manifest() {
    let manifest = manifest(
        "resource-group rg subscription=core { vm web01 { identity system-assigned; login } }",
    );
    assert_eq!(Graph::check(&manifest, &CATALOGUE), Ok(()));
}
