//! `smppd hash-password`: what to write as `password_hash`.

use std::error::Error;

use smpp_mc::auth::{HashCost, PasswordHash};

pub(crate) fn run() -> Result<(), Box<dyn Error>> {
    let mut line = String::new();
    std::io::stdin().read_line(&mut line)?;
    let password = line.trim_end_matches(['\r', '\n']);
    if password.is_empty() {
        return Err("write the password on standard input".into());
    }
    println!("{}", PasswordHash::of(password.as_bytes(), HashCost::default())?.as_phc());
    Ok(())
}
