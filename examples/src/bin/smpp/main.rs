//! smpp.

fn main() {}
