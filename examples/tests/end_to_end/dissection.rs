//! Wireshark finds nothing to complain of in what the server and the client write.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use crate::peers::{Peer, present};
use crate::process::{PATIENCE, Process, Stream};
use crate::scratch::Scratch;
use crate::smpp::Send;
use crate::smppd::{STORED, Smppd};
use crate::tap::Tap;
use crate::wire::{BIND_TRANSCEIVER, DELIVER_SM, RESP, SUBMIT_SM, UNBIND};

#[test]
fn a_text_and_its_receipt_are_dissected_without_complaint() {
    if !present("a_text_and_its_receipt_are_dissected_without_complaint", &[Peer::Tshark]) {
        return;
    }
    let scratch = Scratch::new();
    let smppd = Smppd::simulator(&scratch.path("data"));
    let tap = Tap::before(smppd.address);

    Send::new(tap.address, STORED, "447700900456").and_wait("Grüße, €uro").assert_receipt("DELIVRD");

    let capture = scratch.path("session.pcap");
    tap.write_pcap(&capture).unwrap();
    let requests = [BIND_TRANSCEIVER, SUBMIT_SM, DELIVER_SM, UNBIND];
    let everything: BTreeSet<_> = requests.into_iter().flat_map(|id| [id, id | RESP]).collect();
    let seen = dissected(&capture);
    assert!(seen.is_superset(&everything), "{seen:x?}");
}

/// The command_ids that Wireshark sees in the capture. Fails if it finds anything malformed or odd.
fn dissected(capture: &Path) -> BTreeSet<u32> {
    let mut command = Command::new("tshark");
    command.arg("-r").arg(capture).args(["-d", "tcp.port==2775,smpp", "-T", "fields", "-E", "separator=|"]);
    for field in ["smpp.command_id", "_ws.malformed", "_ws.expert.message"] {
        command.args(["-e", field]);
    }
    let mut tshark = Process::start("tshark", &mut command);
    assert!(tshark.wait(PATIENCE).success());
    let text = tshark.text(Stream::Stdout);
    let mut ids = BTreeSet::new();
    for line in text.lines() {
        let columns: Vec<_> = line.split('|').collect();
        assert_eq!(columns[1..], ["", ""], "{text}");
        for id in columns[0].split(',').filter(|id| !id.is_empty()) {
            ids.insert(u32::from_str_radix(id.trim_start_matches("0x"), 16).unwrap());
        }
    }
    ids
}
