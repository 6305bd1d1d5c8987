use vmlogin_engine::language::{File, Inputs, expand};
use vmlogin_engine::source::Sources;
use vmlogin_engine::syntax::{parse, print};

#[test]
fn a_reference_keeps_the_type_of_its_value() {
    let text = "let n 5\nlet who (group)a (user)b\nparam env { one-of dev prod }\nvm \"rg-${env}\" $n on=$n { grant admin $who }\n";
    let mut sources = Sources::new();
    let source = sources.add("a.kdl".into(), text.into());
    let parsed = parse(source, text);
    let file = File {
        source,
        path: "a.kdl".into(),
        tree: parsed.tree,
        root: true,
    };
    let expanded = expand(
        vec![file],
        &Inputs {
            sets: vec![("env".into(), "prod".into())],
        },
    );
    assert_eq!((parsed.problems, expanded.problems), (vec![], vec![]));
    let shown: String = expanded.tree.nodes.iter().map(print::node).collect();
    assert_eq!(
        shown,
        "vm rg-prod 5 on=5 {\n    grant admin (group)a (user)b\n}\n"
    );
}
