//! What must hold for any bytes at all that are taken for a manifest, from the text to the plan.

use vmlogin_engine::graph::{Graph, between_kinds};
use vmlogin_engine::inventory::Inventory;
use vmlogin_engine::kind::Scene;
use vmlogin_engine::language::{self, File, Inputs};
use vmlogin_engine::manifest::Manifest;
use vmlogin_engine::manifest::lower::lower;
use vmlogin_engine::plan::audit::audit;
use vmlogin_engine::plan::selection::Selected;
use vmlogin_engine::plan::{Mode, Wish, plan};
use vmlogin_engine::problem::{MOST_PROBLEMS, Problem, settle};
use vmlogin_engine::rule;
use vmlogin_engine::source::Sources;
use vmlogin_engine::syntax::{Veiled, parse_bytes};

use crate::{catalogue, rules};

/// Checks that any bytes are answered as promised: without a panic, with few problems that lie inside the text, and where there are
/// none, with a plan against nothing that keeps the rules of plans and is the same again. Shared by the tests and by `fuzz`.
///
/// # Panics
///
/// If a promise is broken.
pub fn check_hostile(bytes: &[u8]) {
    let mut sources = Sources::new();
    let text = String::from_utf8_lossy(bytes).into_owned();
    let parsed = parse_bytes(sources.next(), bytes);
    let source = sources.add("estate.kdl".to_owned(), text);
    let file = File {
        source,
        path: "estate.kdl".to_owned(),
        tree: parsed.tree,
        root: true,
    };
    let (_, mut problems) = language::includes(&file);
    problems.extend(parsed.problems);
    let expanded = language::expand(vec![file], &Inputs::default());
    problems.extend(expanded.problems);
    let lowered = lower(expanded.tree, catalogue()).after(&problems);
    problems.extend(lowered.problems);
    match lowered.manifest.filter(|_| problems.is_empty()) {
        Some(manifest) => check_plan(&manifest),
        None => check_problems(settle(problems), &sources, bytes.len()),
    }
}

/// Problems point into the text, and what is shown of it can be shown with them.
fn check_problems(problems: Vec<Problem>, sources: &Sources, bytes: usize) {
    assert!(!problems.is_empty(), "refused without a reason");
    assert!(problems.len() <= MOST_PROBLEMS, "too many problems");
    for label in problems.iter().flat_map(|problem| &problem.labels) {
        let inside = label.span.start <= label.span.end && label.span.end as usize <= bytes;
        assert!(inside, "{:?} lies outside {bytes} bytes", label.span);
    }
    let veiled = Veiled::of(sources, &catalogue().secret_words(), |_| Vec::new());
    for ((_, _, text), (_, _, shown)) in sources.iter().zip(veiled.sources.iter()) {
        assert_eq!(text.len(), shown.len(), "asterisks moved the text");
    }
    for problem in problems {
        veiled.problem(problem);
    }
}

fn check_plan(manifest: &Manifest) {
    let graph = Graph::of(manifest, catalogue())
        .unwrap_or_else(|cycle| panic!("kinds that lead back to themselves: {:?}", cycle.steps));
    check_edges(manifest, &graph);
    let inventory = Inventory::default();
    let scene = Scene::of(manifest, &inventory);
    let planned = || {
        let wish = Wish {
            mode: Mode::Apply,
            selected: Selected::default(),
            replaced: Vec::new(),
            reinstall: false,
            tool: "0".to_owned(),
        };
        plan(
            catalogue(),
            &scene,
            &graph,
            rule::run(rules(), &scene),
            &wish,
        )
        .unwrap_or_else(|cycle| panic!("a cycle after all: {:?}", cycle.steps))
    };
    let first = planned();
    assert_eq!(audit(&first), Vec::<String>::new());
    assert!(first == planned(), "the same manifest gave two plans");
}

/// The kinds tell of every edge that it can be, so that `validate` need draw none.
fn check_edges(manifest: &Manifest, graph: &Graph) {
    let pairs = between_kinds(catalogue());
    let kind = |address| manifest.resource(address).map_or("", |one| one.kind);
    for edge in graph.edges() {
        let pair = (kind(edge.from), kind(edge.on));
        assert!(pairs.contains(&pair), "no kind tells of {edge:?}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many mutations are tried. `fuzz/` goes on from here.
    const MUTATIONS: usize = 400;

    /// Manifests with something of everything.
    const SEEDS: [&str; 3] = [
        include_str!("../../../examples/01-quickstart/estate.kdl"),
        r#"vmlogin 1 { estate "web-prod"; safety max-delete=5 }
tenant contoso id="11111111-1111-4111-8111-111111111111" { subscription core id="22222222-2222-4222-8222-222222222222" }
let env prod
param size type=string default="Standard_B2s"
resource-group rg-web "rg-${env}" location=westeurope subscription=core {
    tags owner="team web"
    grant admin (group)"sg-web-admins" reason="CHG-4711"
    vm web01 web02 os=windows { identity system-assigned; login; grant user (user)"kim@contoso.com"; protect }
    absent { vm old01 }
}
"#,
        r#"vmlogin 1 { estate new }
tenant contoso id="11111111-1111-4111-8111-111111111111" { subscription core id="22222222-2222-4222-8222-222222222222" }
resource-group rg-new location=westeurope {
    virtual-network vnet { address-space "10.20.0.0/16"; subnet servers { prefix "10.20.1.0/24" } }
    managed-identity id-new
    vm new01 {
        image "MicrosoftWindowsServer:WindowsServer:2025-datacenter-azure-edition:latest"
        size Standard_D2s_v5
        admin azureuser password=random
        os-disk size-gb=128 type=Premium_LRS
        nic subnet=servers public-ip=#true
        identity system-assigned { user-assigned id-new }
        login
    }
    vm tux01 { image Ubuntu2404; size Standard_B2s; admin kim ssh-key=(file)"keys/kim.pub"; nic subnet=servers }
}
"#,
    ];

    const WORDS: [&str; 30] = [
        "{ ",
        " }",
        ";",
        "\n",
        "\"",
        "$env",
        "${env}",
        "=",
        "absent",
        "vm",
        "login",
        "grant",
        "(group)a",
        "(env)X",
        "#true",
        "#null",
        "-1",
        "99999999999",
        "resource-group",
        "tags",
        "nic",
        "subnet",
        "include \"*.kdl\"",
        "let a $a",
        "template",
        "random",
        "\u{202e}",
        "/-",
        "web01",
        "protect",
    ];

    #[test]
    fn any_bytes_are_planned_or_refused() {
        let mut chance = Chance(0x5EED);
        for seed in SEEDS {
            check_hostile(seed.as_bytes());
        }
        for _ in 0..MUTATIONS {
            let mut text = SEEDS[chance.below(SEEDS.len())].as_bytes().to_vec();
            for _ in 0..=chance.below(4) {
                let at = chance.below(text.len() + 1);
                let end = (at + chance.below(12)).min(text.len());
                let word = WORDS[chance.below(WORDS.len())].bytes();
                match chance.below(4) {
                    0 => drop(text.splice(at..at, word)),
                    1 => drop(text.splice(at..end, word)),
                    2 => drop(text.drain(at..end)),
                    _ => {
                        let copied = text[at..(at + chance.below(200)).min(text.len())].to_vec();
                        let to = chance.below(text.len() + 1);
                        drop(text.splice(to..to, copied));
                    }
                }
            }
            check_hostile(&text);
        }
    }

    /// SplitMix64: the same numbers everywhere and for ever.
    struct Chance(u64);

    impl Chance {
        fn below(&mut self, limit: usize) -> usize {
            self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut mixed = self.0;
            mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            ((mixed ^ (mixed >> 31)) % limit.max(1) as u64) as usize
        }
    }
}
