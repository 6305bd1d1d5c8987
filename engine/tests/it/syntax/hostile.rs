//! Any bytes at all: nothing panics, and pieces say what the whole says.

use vmlogin_engine::source::SourceId;
use vmlogin_engine::syntax::{check_hostile, parse};

/// How many mutations are tried. `fuzz/` goes on from here.
const MUTATIONS: usize = 4000;

/// Texts with something of everything, small enough that most mutations hit something.
const SEEDS: [&str; 7] = [
    "vmlogin 1 {\n    estate \"contoso-${env}\" // stamp\n    safety max-delete=5 max-change-percent=25\n}\nparam env { one-of dev prod }\n",
    "resource-group rg-1 subscription=core location = \"west us\" {\n  vm a b { login; protect /* why */ }\n  /- vm c { login /- { x; } }\n  grant admin (group)\"sg\" /-(user)\"kim\" reason=#\"a \"b\" c\"#\n}\n",
    "text \"\"\"\n    one\n      two \\\n  three\n    \"\"\" #\"\"\"\n  raw\\\n  \"\"\"#\nnext \\ // go on\n  \"a\\u{e9}\\n\\s\\   b\" #null #true 1.5e3 -0x1F 1_000\n",
    "/- kdl-version 2\n/- a { b { /- c } }\na /- b /- { c } { d; e } /-{ f }\n(t)n (u)1 p=(v)2;m\n",
    "let who (group)a (user)\"b c\"\nlet cut $who\n/* one /* two */ */ vm $who on=$cut \"$${x} ${a}${b}\"\n",
    "a {\n  b 1 c // d\n  (t)e {\n    b 1 f // d\n  }\n  b 1 \"g h\" // d\n}\nb 1 \"\" // d\ni x=$y \\\n z\ni x=$y \\\n z1\n",
    "\u{feff}a\u{2028}b\u{a0}c\r\nd {e{f{g}}}\r\n/- \n// x\n h\n",
];

/// What mutations put in: everything that means something to KDL, and some that does not.
const TOKENS: [&str; 44] = [
    "{", "}", "(", ")", "=", ";", "\"", "\"\"\"", "\"\"\"\n", "#", "#\"", "\"#", "##", "/-", "//",
    "/*", "*/", "\\", "\\\n", "\n", "\r\n", " ", "\t", "$", "${", "$${", "true", "#true", "-inf",
    "1", "0x", ".", "-", "e", "a", "[", "\u{feff}", "\u{2028}", "\u{7f}", "\u{0}", "\u{202e}", "é",
    "/- {", "a {",
];

#[test]
fn mutated_texts_are_answered_as_promised() {
    let mut chance = Chance(0x5EED);
    for _ in 0..MUTATIONS {
        let text = mutate(&mut chance);
        check_hostile(&text);
        check_hostile(&[text.as_slice(), &text].join(&b'\n'));
    }
}

#[test]
fn the_seeds_themselves_are_kdl() {
    for seed in SEEDS {
        check_hostile(seed.as_bytes());
        assert_eq!(parse(SourceId(0), seed).problems, [], "{seed}");
    }
}

/// Shapes that take the parser behind the guard exponential time, or its stack, or both; each is a few thousand deep.
#[test]
fn shapes_that_would_stop_the_parser_are_answered() {
    let shapes = [
        "x /- { a ",
        "a /-{\n",
        "/- a {\n b\n",
        "a { /- { b ",
        "a { /- c { ",
        "/- (t)a /-{ ",
        "a {",
        "/*",
        "(",
        "a ) ",
        "a [",
        "\"\"\"\nx",
        "a true ",
    ];
    for shape in shapes {
        let open = shape.repeat(3000);
        check_hostile(open.as_bytes());
        check_hostile(format!("{open}{}", " }".repeat(3000)).as_bytes());
        assert!(!parse(SourceId(0), &open).problems.is_empty(), "{shape:?}");
    }
}

#[test]
fn commented_out_blocks_within_the_bound_are_taken() {
    let text = format!("{}x{}\nlast\n", "a /- { b { ".repeat(6), "} }".repeat(6));
    check_hostile(text.as_bytes());
    assert_eq!(parse(SourceId(0), &text).problems, []);
}

#[test]
fn comments_and_strings_of_any_length_are_taken() {
    let text = format!(
        "/*{}*/ a #\"{}\"# {{ b }}\n",
        "* / ".repeat(100_000),
        "x".repeat(500_000)
    );
    let parsed = parse(SourceId(0), &text);
    assert_eq!((parsed.problems.len(), parsed.tree.nodes.len()), (0, 1));
}

/// One seed with one to five changes, sometimes no longer UTF-8.
fn mutate(chance: &mut Chance) -> Vec<u8> {
    let mut text = SEEDS[chance.below(SEEDS.len())].as_bytes().to_vec();
    for _ in 0..=chance.below(5) {
        let at = chance.below(text.len() + 1);
        let end = (at + chance.below(6)).min(text.len());
        match chance.below(8) {
            0..=3 => drop(text.splice(at..at, TOKENS[chance.below(TOKENS.len())].bytes())),
            4 => drop(text.splice(at..end, TOKENS[chance.below(TOKENS.len())].bytes())),
            5 => drop(text.drain(at..end)),
            6 => {
                let copied = text[at..(at + chance.below(40)).min(text.len())].to_vec();
                let to = chance.below(text.len() + 1);
                drop(text.splice(to..to, copied));
            }
            _ => text[at..end]
                .iter_mut()
                .for_each(|byte| *byte ^= 1 << chance.below(7)),
        }
    }
    text
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
