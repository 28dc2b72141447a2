//! Rebuilds the migrator whenever a migration is added.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
}
