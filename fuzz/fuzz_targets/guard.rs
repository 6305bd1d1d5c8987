//! Pieces of KDL put together at random: what the guard lets through in pieces says what the whole says.

#![no_main]

/// Everything that means something to KDL.
const PIECES: [&str; 55] = [
    "{", "}", "(", ")", "=", ";", "\"", "\"\"\"", "\"\"\"\n", "#", "#\"", "\"#", "##", "/-", "//", "/*", "*/", "\\", "\\\n",
    "\n", "\r\n", " ", "\t", "$", "${", "$${", "true", "#true", "-inf", "1", "0x", ".", "-", "e", "a", "[", "\u{feff}",
    "\u{2028}", "\u{7f}", "\u{0}", "\u{202e}", "é", "/- {", "a {", "a b=c\n", "(t)n (u)1 p=(v)2;", "\"x\\u{e9}\"", "a \"\"\"\n  x\n  \"\"\"\n",
    "b c\n", " \"b d\"", "a b {\n  c \"b\"\n}\n", " x=b", "a $b \"${b}\" x=\"b\"\n",
    " // b\n", " \\ // b\n",
];

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let pieces = bytes.iter().map(|byte| PIECES[usize::from(*byte) % PIECES.len()]);
    let text: String = pieces.collect();
    vmlogin_engine::syntax::check_hostile(text.as_bytes());
    // What is said again with other values and remarks is judged by its shape.
    let again = format!("{text}\n{}\n{text}", text.replace('b', "b2-longer"));
    vmlogin_engine::syntax::check_hostile(again.as_bytes());
});
