//! Any bytes at all, as a manifest.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| vmlogin_engine::syntax::check_hostile(bytes));
