//! Debian's bearerbox between smppd and a message centre.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::Command;
use std::time::{Duration, Instant};

use crate::peers;
use crate::process::{PATIENCE, Process, until};
use crate::scratch::{Scratch, free_port};

/// The account that bearerbox binds with at the message centre.
pub(crate) const AT_CENTRE: (&str, &str) = ("kannel", "secret");
/// The smsc-id of bearerbox's link to the message centre.
pub(crate) const LINK: &str = "centre";
/// The name that smppd identifies with as a box, in `kannel.toml`.
pub(crate) const BOX: &str = "smppd";

/// How often another pair of ports is tried, since a free port may be taken before bearerbox has it.
const TRIES: u32 = 3;

/// A bearerbox that is not started yet, so that others can be told its port first.
pub(crate) struct Bearerbox {
    admin_port: u16,
    box_port: u16,
}

impl Bearerbox {
    /// Chooses the ports.
    pub(crate) fn new() -> Self {
        Self { admin_port: free_port(), box_port: free_port() }
    }

    /// Where boxes connect to.
    pub(crate) fn box_port(&self) -> u16 {
        self.box_port
    }

    /// Starts bearerbox in the folder and waits until boxes can connect and its link to the centre is up.
    pub(crate) fn start(&self, scratch: &Scratch, centre: SocketAddr) -> Process {
        let config = scratch.write("kannel.conf", &self.config(centre));
        for attempt in 1.. {
            let mut command = Command::new(peers::bearerbox());
            command.current_dir(scratch.path("")).args(["-v", "1"]).arg(&config);
            let mut process = Process::start("bearerbox", &mut command);
            let deadline = Instant::now() + Duration::from_secs(20);
            while process.is_running() && Instant::now() < deadline {
                if TcpStream::connect(("127.0.0.1", self.box_port)).is_ok() {
                    until("bound link from bearerbox", PATIENCE, || self.link_is_up().then_some(()));
                    return process;
                }
                std::thread::park_timeout(Duration::from_millis(20));
            }
            assert!(attempt < TRIES, "bearerbox does not start");
        }
        unreachable!("the loop ends by returning or failing")
    }

    /// What bearerbox's own status page says of the link.
    fn link_is_up(&self) -> bool {
        let Ok(mut stream) = TcpStream::connect(("127.0.0.1", self.admin_port)) else { return false };
        let mut page = String::new();
        let asked = write!(stream, "GET /status.txt?password=status HTTP/1.0\r\n\r\n").is_ok();
        asked
            && stream.read_to_string(&mut page).is_ok()
            && page.lines().any(|line| line.contains(LINK) && line.contains("online"))
    }

    fn config(&self, centre: SocketAddr) -> String {
        let (system_id, password) = AT_CENTRE;
        format!(
            r#"group = core
admin-port = {admin_port}
admin-interface = 127.0.0.1
admin-password = admin
status-password = status
smsbox-port = {box_port}
smsbox-interface = 127.0.0.1
box-deny-ip = "*.*.*.*"
box-allow-ip = "127.0.0.1"
dlr-storage = internal
store-type = file
store-location = "store.dat"
sms-resend-freq = 1

group = smsc
smsc = smpp
smsc-id = {LINK}
host = {host}
port = {port}
transceiver-mode = true
smsc-username = {system_id}
smsc-password = {password}
system-type = ""
reconnect-delay = 1

# bearerbox does not start without this group, though no smsbox is ever started.
group = smsbox
bearerbox-host = 127.0.0.1

group = smsbox-route
smsbox-id = {BOX}
smsc-id = {LINK}
"#,
            admin_port = self.admin_port,
            box_port = self.box_port,
            host = centre.ip(),
            port = centre.port(),
        )
    }
}
