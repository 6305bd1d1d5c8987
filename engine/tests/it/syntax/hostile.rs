//! Any bytes at all.

use std::fs;
use vmlogin_engine::syntax::check_hostile;

#[test]
fn corpus() {
    let Ok(dir) = std::env::var("CORPUS") else {
        return;
    };
    let mut n = 0;
    for e in fs::read_dir(dir).unwrap() {
        let p = e.unwrap().path();
        let b = fs::read(&p).unwrap();
        eprintln!("{p:?}");
        check_hostile(&b);
        n += 1;
    }
    eprintln!("{n}");
}
