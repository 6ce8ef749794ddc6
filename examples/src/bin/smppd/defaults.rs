//! What `smppd serve` does without a configuration file: a simulated network, and one account whose password is made at
//! the first start and shown once.

use std::error::Error;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use smpp_mc::auth::{HashCost, PasswordHash};
use smpp_mc::config::McConfig;

/// The configuration that is kept in the data folder, made now if the folder has none. With it, the password of its
/// account if it is new.
pub(crate) fn load(data: &Path) -> Result<(McConfig, Option<String>), Box<dyn Error>> {
    let file = data.join(FILE);
    match fs::read_to_string(&file) {
        Ok(text) => Ok((McConfig::parse(&file, &text)?, None)),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let password = random_password()?;
            let hash = PasswordHash::of(password.as_bytes(), HashCost::default())?;
            let text = DEFAULTS.replace("{hash}", hash.as_phc());
            fs::create_dir_all(data)?;
            fs::write(&file, &text)?;
            Ok((McConfig::parse(&file, &text)?, Some(password)))
        }
        Err(error) => Err(format!("{}: {error}", file.display()).into()),
    }
}

/// The commands that send a first message.
pub(crate) fn first_message(listening: std::net::SocketAddr, password: &str) -> String {
    format!(
        "account \"{ACCOUNT}\" has the password {password} (shown only now; its hash is in {FILE} of the data folder)\n\
         send a first message from another terminal:\n\n    \
         target/release/smpp send --host {host} --port {port} --system-id {ACCOUNT} --password {password} \
         --from 12345 --to 4790000000 --text \"Hello\" --wait 10\n",
        host = listening.ip(),
        port = listening.port(),
    )
}

/// Eight characters, as many as SMPP's password field holds, without those that are mistaken for each other.
fn random_password() -> Result<String, getrandom::Error> {
    let mut octets = [0; 8];
    getrandom::fill(&mut octets)?;
    let letter = |octet: &u8| ALPHABET.get(usize::from(*octet) % ALPHABET.len()).copied().map(char::from);
    Ok(octets.iter().filter_map(letter).collect())
}

const FILE: &str = "smppd.toml";
const ACCOUNT: &str = "demo";
/// 32 characters, so that every one is as likely as another.
const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
const DEFAULTS: &str = r#"# Made by the first start of `smppd serve` without --config. Yours to change.

[smpp]
listen = "127.0.0.1:2775"
system_id = "smppd"

[store]
folder = "."

[[simulator]]
name = "simulator"
number_plan = true # 9900hh refused with 0xhh, 8800… UNDELIV, 8801… EXPIRED, 8802… REJECTD, 7700… comes back
delay = "500ms"

[[account]]
system_id = "demo"
password_hash = "{hash}"
mode = "store_and_forward"
"#;
