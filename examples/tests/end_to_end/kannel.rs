//! ESME, smppd, Debian's bearerbox, a message centre, and all the way back.

use std::collections::BTreeSet;

use crate::bearerbox::{AT_CENTRE, Bearerbox};
use crate::configuration::kannel_toml;
use crate::peers::{Peer, present};
use crate::process::{PATIENCE, Process, until};
use crate::scratch::Scratch;
use crate::smpp::{Send, Simulator};
use crate::smppd::{STORED, Smppd};
use crate::wire::{SUBMIT_SM, submit_sm};

#[test]
fn a_delivered_message_comes_back_with_its_id() {
    round_trip("447700900456", "DELIVRD");
}

#[test]
fn an_undeliverable_message_comes_back_with_its_id() {
    round_trip("8800123", "UNDELIV");
}

#[test]
fn an_expired_message_comes_back_with_its_id() {
    round_trip("8801123", "EXPIRED");
}

#[test]
fn a_message_from_the_centre_reaches_the_esme() {
    if !present("a_message_from_the_centre_reaches_the_esme", &[Peer::Bearerbox]) {
        return;
    }
    let house = House::start();
    let mut esme = house.smppd.stored_session();

    // The centre sends back what goes to this number: source and destination change places.
    esme.submit("447700900123", "7700123", b"from the centre").unwrap();
    let message = loop {
        let delivery = esme.delivery();
        if !delivery.is_receipt() {
            break delivery;
        }
    };

    assert_eq!((message.source.as_str(), message.destination.as_str()), ("7700123", "447700900123"));
    assert_eq!(message.octets, b"from the centre");
}

#[test]
fn what_was_accepted_while_bearerbox_was_down_arrives_after_a_kill() {
    const MESSAGES: u32 = 60;
    if !present("what_was_accepted_while_bearerbox_was_down_arrives_after_a_kill", &[Peer::Bearerbox]) {
        return;
    }
    let scratch = Scratch::new();
    let centre = Simulator::start(AT_CENTRE, &scratch.path("record.jsonl"));
    let bearerbox = Bearerbox::new();
    let config = kannel_toml(&scratch, bearerbox.box_port());
    let mut smppd = Smppd::start(&config, &scratch.path("data"));
    let mut esme = smppd.stored_session();
    let numbers: BTreeSet<_> = (0..MESSAGES).map(|number| format!("4477{number:08}")).collect();
    for number in &numbers {
        esme.submit("447700900123", number, b"hello").unwrap();
    }

    smppd.process.kill();
    let smppd = Smppd::start(&config, &scratch.path("data"));
    let box_process = bearerbox.start(&scratch, centre.address);

    let arrived = until("arrival of every message", 2 * PATIENCE, || {
        let arrived = centre.destinations();
        (numbers.iter().all(|number| arrived.contains(number))).then_some(arrived)
    });
    // Nobody was killed while a message was on its way, so none may have gone twice.
    assert_eq!(arrived.len(), numbers.len());
    drop((smppd, box_process));
}

#[test]
fn nothing_is_lost_when_bearerbox_is_killed_under_load() {
    const MESSAGES: u32 = 300;
    if !present("nothing_is_lost_when_bearerbox_is_killed_under_load", &[Peer::Bearerbox]) {
        return;
    }
    let mut house = House::start();
    let mut esme = house.smppd.stored_session();
    let numbers: BTreeSet<_> = (0..MESSAGES).map(|number| format!("4477{number:08}")).collect();
    let mut octets = Vec::new();
    for number in &numbers {
        octets.extend(esme.request(SUBMIT_SM, &submit_sm("447700900123", number, b"hello")).1);
    }
    esme.write(&octets);

    until("first arrivals", PATIENCE, || (house.centre.destinations().len() > 20).then_some(()));
    house.bearerbox.kill();
    house.bearerbox = house.ports.start(&house.scratch, house.centre.address);

    until("arrival of every message", 2 * PATIENCE, || {
        let arrived: BTreeSet<_> = house.centre.destinations().into_iter().collect();
        arrived.is_superset(&numbers).then_some(())
    });
}

fn round_trip(destination: &str, stat: &str) {
    if !present(&format!("the round trip that ends in {stat}"), &[Peer::Bearerbox]) {
        return;
    }
    let house = House::start();

    let sent = Send::new(house.smppd.address, STORED, destination).and_wait("through the house");

    sent.assert_receipt(stat);
    assert_eq!(house.centre.destinations(), [destination]);
}

/// Everything between an ESME and a message centre. Fields are dropped in this order: bearerbox waits for its boxes.
struct House {
    smppd: Smppd,
    bearerbox: Process,
    ports: Bearerbox,
    centre: Simulator,
    scratch: Scratch,
}

impl House {
    fn start() -> Self {
        let scratch = Scratch::new();
        let centre = Simulator::start(AT_CENTRE, &scratch.path("record.jsonl"));
        let ports = Bearerbox::new();
        let bearerbox = ports.start(&scratch, centre.address);
        let smppd = Smppd::start(&kannel_toml(&scratch, ports.box_port()), &scratch.path("data"));
        Self { smppd, bearerbox, ports, centre, scratch }
    }
}
