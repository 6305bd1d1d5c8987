//! Any bytes at all, as a manifest, down to the plan.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| vmlogin_azure::check_hostile(bytes));
