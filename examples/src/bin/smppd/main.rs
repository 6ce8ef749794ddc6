//! smppd.

fn main() {}
