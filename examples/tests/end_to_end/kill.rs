//! What was accepted survives `kill -9`.

use std::collections::{BTreeMap, BTreeSet};

use crate::scratch::Scratch;
use crate::smppd::Smppd;
use crate::wire::{DELIVER_SM, Delivery, Esme, RESP, SUBMIT_SM, submit_sm};

/// Rounds of traffic, each but the last ended by a kill.
const ROUNDS: u32 = 4;
/// Messages submitted in a round.
const BURST: u32 = 600;
/// Accepted messages after which the server is killed, so that others are on their way.
const KILL_AFTER: usize = 250;

#[test]
fn accepted_messages_have_receipts_whatever_is_killed() {
    let scratch = Scratch::new();
    let data = scratch.path("data");
    let mut ledger = Ledger::default();

    for round in 1..=ROUNDS {
        let mut smppd = Smppd::simulator(&data);
        let mut esme = smppd.stored_session();
        let wanted = if round == ROUNDS { BURST as usize } else { KILL_AFTER };
        ledger.submit_burst(&mut esme, wanted);
        if round == ROUNDS {
            ledger.receive_receipts(&mut esme);
        }
        smppd.process.kill();
        ledger.note_what_is_left(&mut esme);
    }

    let lacking: Vec<_> = ledger.accepted.iter().filter(|id| !ledger.receipts.contains_key(*id)).collect();
    assert!(lacking.is_empty(), "{} of {} receipts lack", lacking.len(), ledger.accepted.len());
    let states: BTreeSet<_> = ledger.receipts.values().flatten().cloned().collect();
    assert_eq!(states, BTreeSet::from(["DELIVRD".to_owned()]));
}

#[test]
fn the_port_can_be_bound_again_at_once() {
    let scratch = Scratch::new();
    let data = scratch.path("data");
    let mut first = Smppd::simulator(&data);
    let _open = first.stored_session();
    first.process.kill();

    let mut command = crate::smppd::program();
    command
        .arg("serve")
        .arg("--config")
        .arg(crate::configuration::simulator_toml())
        .args(["--listen", &first.address.to_string(), "--data"])
        .arg(&data);
    let second = Smppd::listening(crate::process::Process::start("smppd", &mut command));

    assert_eq!(second.address, first.address);
    second.stored_session().assert_alive();
}

/// What one ESME was promised and what it got, over all lives of the server.
#[derive(Default)]
struct Ledger {
    /// message_ids of submit_sm_resp with status 0.
    accepted: BTreeSet<String>,
    /// States by message_id, of every receipt.
    receipts: BTreeMap<String, Vec<String>>,
    submitted: u32,
}

impl Ledger {
    /// Writes a burst in one go and reads until so many were accepted.
    fn submit_burst(&mut self, esme: &mut Esme, wanted: usize) {
        let mut octets = Vec::new();
        for _ in 0..BURST {
            self.submitted += 1;
            let destination = format!("4477{:08}", self.submitted);
            octets.extend(esme.request(SUBMIT_SM, &submit_sm("447700900123", &destination, b"hello")).1);
        }
        esme.write(&octets);
        let before = self.accepted.len();
        while self.accepted.len() < before + wanted {
            self.note(esme);
        }
    }

    /// Reads until there is a receipt for everything that was accepted. It fails by itself when nothing comes.
    fn receive_receipts(&mut self, esme: &mut Esme) {
        while self.accepted.iter().any(|id| !self.receipts.contains_key(id)) {
            self.note(esme);
        }
    }

    /// Reads what the server wrote before it was killed: it counts.
    fn note_what_is_left(&mut self, esme: &mut Esme) {
        while let Some(pdu) = esme.receive() {
            self.note_pdu(esme, pdu);
        }
    }

    fn note(&mut self, esme: &mut Esme) {
        let pdu = esme.receive().expect("the session goes on");
        self.note_pdu(esme, pdu);
    }

    fn note_pdu(&mut self, esme: &mut Esme, pdu: crate::wire::Pdu) {
        if pdu.id == SUBMIT_SM | RESP {
            assert_eq!(pdu.status, 0, "submit_sm {} was refused", pdu.sequence);
            let id = pdu.message_id();
            assert!(!self.receipts.contains_key(&id), "message_id {id} was used before");
            assert!(self.accepted.insert(id.clone()), "message_id {id} was given twice");
            return;
        }
        esme.answer(&pdu);
        if pdu.id == DELIVER_SM {
            let delivery = Delivery::parse(&pdu.body);
            assert!(delivery.is_receipt());
            let states = self.receipts.entry(delivery.receipt_field("id")).or_default();
            states.push(delivery.receipt_field("stat"));
        }
    }
}
