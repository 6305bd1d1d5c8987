//! Any bytes at all, as a saved plan.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| vmlogin_engine::plan::saved::check_hostile(bytes));
