#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| trapline_fuzz::custom_id(input));
