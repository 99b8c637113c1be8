//! Tells Cargo which folders outside the crate end up in a release binary.
//!
//! A development build reads them from disk at run time, so there a changed text or style sheet costs no rebuild.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var("PROFILE").as_deref() == Ok("release") {
        println!("cargo::rerun-if-changed=../../web/dist");
        println!("cargo::rerun-if-changed=../../locales");
    }
}
