//! Any bytes at all: nothing panics, and pieces say what the whole says.

use vmlogin_engine::syntax::check_hostile;

/// How many mutations are tried. `fuzz/` goes on from here.
const MUTATIONS: usize = 6000;

/// Texts with something of everything, small enough that most mutations hit something.
const SEEDS: [&str; 6] = [
    "vmlogin 1 {\n    estate \"contoso-${env}\" // stamp\n    safety max-delete=5 max-change-percent=25\n}\nparam env { one-of dev prod }\n",
    "resource-group rg-1 subscription=core location = \"west us\" {\n  vm a b { login; protect /* why */ }\n  /- vm c { login /- { x; } }\n  grant admin (group)\"sg\" /-(user)\"kim\" reason=#\"a \"b\" c\"#\n}\n",
    "text \"\"\"\n    one\n      two \\\n  three\n    \"\"\" #\"\"\"\n  raw\\\n  \"\"\"#\nnext \\ // go on\n  \"a\\u{e9}\\n\\s\\   b\" #null #true 1.5e3 -0x1F 1_000\n",
    "/- kdl-version 2\n/- a { b { /- c } }\na /- b /- { c } { d; e } /-{ f }\n(t)n (u)1 p=(v)2;m\n",
    "let who (group)a (user)\"b c\"\nlet cut $who\n/* one /* two */ */ vm $who on=$cut \"$${x} ${a}${b}\"\n",
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
    }
}

/// One seed with one to eight changes, sometimes no longer UTF-8.
fn mutate(chance: &mut Chance) -> Vec<u8> {
    let mut text = SEEDS[chance.below(SEEDS.len())].as_bytes().to_vec();
    for _ in 0..=chance.below(8) {
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
        usize::try_from((mixed ^ (mixed >> 31)) % limit.max(1) as u64).unwrap()
    }
}
