//! Has the crate rebuilt when a migration or a trap is added: the macros that embed the two folders watch only the files that
//! they found last time.

fn main() {
    println!("cargo::rerun-if-changed=migrations");
    println!("cargo::rerun-if-changed=questions");
}
