//! Builds the crate anew when a migration is added: `migrate!` embeds the folder, and cargo does not watch it by itself.

fn main() {
    println!("cargo:rerun-if-changed=../../migrations");
}
