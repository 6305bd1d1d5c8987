//! Lowering holds for any tree: it never panics, points into the texts, and answers alike twice.

use super::HEAD;
use crate::sample::CATALOGUE;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use vmlogin_engine::language::{File, Inputs, expand, fold};
use vmlogin_engine::manifest::lower::{lower, unfold};
use vmlogin_engine::problem::MOST_PROBLEMS;
use vmlogin_engine::source::{SourceId, Sources, Span};
use vmlogin_engine::syntax::parse;
use vmlogin_engine::syntax::tree::{Argument, Node, Origin, Property, Scalar, Tree, Word};

const ESTATE: &str = r#"
resource-group rg-web "rg-${env}" location=westeurope subscription=core {
    tags owner="team web" cost-center="4711"
    grant admin (group)"sg-web-admins" (object-id)"33333333-3333-4333-8333-333333333333"
    vm web01 web02 os=windows {
        identity system-assigned
        login
        grant user (user)"kim@contoso.com" reason="CHG-4711"
        protect
    }
}
let env prod
"#;

/// The same with loops, some of which are wrong, in places that words may make wrong.
const LOOPS: &str = r#"
resource-group rg-web location=westeurope subscription=core {
    for name in=$names {
        vm "${name}01" os=windows {
            login
            grant user $nobody
        }
        grant admin $nobody $name
    }
    vm web01 os=windows {
        identity system-assigned
    }
    for who in=$people {
        grant user $who
        absent grant admin $who
        vm $who.name { login $none }
    }
}
resource-group rg-app location=$place subscription=core {
    tags owner=$nobody
    for name in=$names { vm $name ; }
}
let names web app
let people (user)"kim@contoso.com" (group)"sg-web"
let place westeurope
"#;

/// The words of the language, and some that are none.
const WORDS: [&str; 36] = [
    "vmlogin",
    "estate",
    "safety",
    "tenant",
    "subscription",
    "management-group",
    "resource-group",
    "vm",
    "identity",
    "login",
    "grant",
    "tags",
    "protect",
    "location",
    "os",
    "id",
    "cloud",
    "reason",
    "until",
    "template",
    "for",
    "resource_group",
    "VM",
    "grnat",
    "max-delete",
    "max-change-percent",
    "admin",
    "user",
    "system-assigned",
    "core",
    "windows",
    "linux",
    "kim@contoso.com",
    "",
    "\u{202e}",
    "11111111-1111-4111-8111-111111111111",
];

const TYPES: [&str; 6] = [
    "user",
    "group",
    "object-id",
    "service-principal",
    "env",
    "usr",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, rng_seed: RngSeed::Fixed(20_261_121), ..ProptestConfig::default() })]

    #[test]
    fn any_tree_is_lowered(nodes in prop::collection::vec(node(), 0..6)) {
        let tree = Tree { nodes };
        let lowered = lower(tree.clone(), &CATALOGUE);
        prop_assert_eq!(lowered.manifest.is_some(), lowered.problems.is_empty());
        prop_assert!(lowered.problems.len() <= MOST_PROBLEMS);
        prop_assert_eq!(lower(tree, &CATALOGUE), lowered);
    }

    #[test]
    fn any_mutation_of_a_manifest_is_lowered(edits in prop::collection::vec(edit(), 0..8)) {
        let text = edits.into_iter().fold(format!("{HEAD}{ESTATE}"), |text, edit| edit.of(&text));
        let mut sources = Sources::new();
        let source = sources.add("estate.kdl".to_owned(), text.clone());
        let file = File {
            source,
            path: "estate.kdl".to_owned(),
            tree: parse(source, &text).tree,
            root: true,
        };
        let tree = expand(vec![file], &Inputs::default()).tree;
        let lowered = lower(tree.clone(), &CATALOGUE);
        prop_assert_eq!(lowered.manifest.is_some(), lowered.problems.is_empty());
        for label in lowered.problems.iter().flat_map(|problem| &problem.labels) {
            prop_assert!(text.get(label.span.range()).is_some(), "{label:?} lies in the text");
        }
        prop_assert_eq!(lower(tree, &CATALOGUE), lowered);
    }

    #[test]
    fn loops_that_are_gone_through_on_the_way_make_no_difference(edits in prop::collection::vec(edit(), 0..5)) {
        let text = edits.into_iter().fold(format!("{HEAD}{LOOPS}"), |text, edit| edit.of(&text));
        let source = SourceId(0);
        let files = vec![File {
            source,
            path: "estate.kdl".to_owned(),
            tree: parse(source, &text).tree,
            root: true,
        }];
        let expanded = expand(files.clone(), &Inputs::default());
        let (problems, lowered) = unfold(fold(files, &Inputs::default()), &CATALOGUE);
        prop_assert_eq!(problems, expanded.problems, "{}", text);
        prop_assert_eq!(lowered, lower(expanded.tree, &CATALOGUE), "{}", text);
    }
}

#[test]
fn the_manifest_that_is_mutated_is_right() {
    assert_eq!(super::problems(ESTATE), "");
}

/// One change of a text, at places counted in lines and words.
#[derive(Clone, Debug)]
enum Edit {
    DropLine(prop::sample::Index),
    DoubleLine(prop::sample::Index),
    SwapLines(prop::sample::Index, prop::sample::Index),
    ReplaceWord(prop::sample::Index, &'static str),
    DropCharacter(prop::sample::Index),
}

fn edit() -> impl Strategy<Value = Edit> {
    let at = any::<prop::sample::Index>;
    prop_oneof![
        at().prop_map(Edit::DropLine),
        at().prop_map(Edit::DoubleLine),
        (at(), at()).prop_map(|(a, b)| Edit::SwapLines(a, b)),
        (at(), prop::sample::select(&WORDS[..])).prop_map(|(at, word)| Edit::ReplaceWord(at, word)),
        at().prop_map(Edit::DropCharacter),
    ]
}

impl Edit {
    fn of(&self, text: &str) -> String {
        let mut lines: Vec<&str> = text.split('\n').collect();
        let mut words: Vec<&str> = text.split(' ').collect();
        match self {
            Edit::DropLine(at) => {
                lines.remove(at.index(lines.len()));
                lines.join("\n")
            }
            Edit::DoubleLine(at) => {
                let at = at.index(lines.len());
                lines.insert(at, lines[at]);
                lines.join("\n")
            }
            Edit::SwapLines(a, b) => {
                let (a, b) = (a.index(lines.len()), b.index(lines.len()));
                lines.swap(a, b);
                lines.join("\n")
            }
            Edit::ReplaceWord(at, word) => {
                let at = at.index(words.len());
                words[at] = word;
                words.join(" ")
            }
            Edit::DropCharacter(at) => {
                let at = at.index(text.chars().count().max(1));
                text.chars()
                    .enumerate()
                    .filter(|(place, _)| *place != at)
                    .map(|(_, letter)| letter)
                    .collect()
            }
        }
    }
}

fn node() -> impl Strategy<Value = Node> {
    let leaf = head().prop_map(|node| Node {
        children: None,
        ..node
    });
    leaf.prop_recursive(5, 48, 6, |inner| {
        (head(), prop::collection::vec(inner, 0..6)).prop_map(|(node, children)| Node {
            children: Some(children),
            ..node
        })
    })
}

fn head() -> impl Strategy<Value = Node> {
    let arguments = prop::collection::vec((annotation(), scalar()), 0..4);
    let properties = prop::collection::vec((word(), annotation(), scalar()), 0..3);
    (
        word(),
        prop::option::weighted(0.1, word()),
        arguments,
        properties,
    )
        .prop_map(|(name, annotation, arguments, properties)| Node {
            name,
            annotation,
            arguments: arguments
                .into_iter()
                .map(|(annotation, value)| Argument {
                    annotation,
                    value,
                    span: PLACE,
                })
                .collect(),
            properties: properties
                .into_iter()
                .map(|(name, annotation, value)| Property {
                    name,
                    annotation,
                    value,
                    value_span: PLACE,
                    span: PLACE,
                })
                .collect(),
            children: None,
            span: PLACE,
            origin: Origin::default(),
        })
}

fn word() -> impl Strategy<Value = Word> {
    prop::sample::select(&WORDS[..]).prop_map(named)
}

fn annotation() -> impl Strategy<Value = Option<Word>> {
    prop::option::of(prop::sample::select(&TYPES[..]).prop_map(named))
}

fn scalar() -> impl Strategy<Value = Scalar> {
    prop_oneof![
        4 => prop::sample::select(&WORDS[..]).prop_map(|word| Scalar::Text(word.to_owned())),
        1 => any::<String>().prop_map(Scalar::Text),
        1 => any::<bool>().prop_map(Scalar::Bool),
        1 => any::<i64>().prop_map(Scalar::Integer),
        1 => Just(Scalar::Integer(1)),
        1 => Just(Scalar::Float(1.5)),
        1 => Just(Scalar::Null),
    ]
}

fn named(text: &str) -> Word {
    Word {
        text: text.into(),
        span: PLACE,
    }
}

const PLACE: Span = Span {
    source: SourceId(0),
    start: 0,
    end: 0,
};
