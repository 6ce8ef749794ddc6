//! What goes wrong outside is said clearly and harms nothing else.

use std::net::TcpListener;

use crate::configuration::{kannel_toml, simulator_toml};
use crate::process::{PATIENCE, Process, Stream};
use crate::scratch::{Scratch, free_port};
use crate::smppd::{Smppd, program, serve};
use crate::wire::{
    ENQUIRE_LINK, ESME_RINVCMDID, ESME_RINVCMDLEN, Esme, GENERIC_NACK, RESP, SUBMIT_SM, pdu, submit_sm,
};

#[test]
fn a_command_length_below_the_header_ends_that_session_only() {
    let scratch = Scratch::new();
    let smppd = Smppd::simulator(&scratch.path("data"));
    let mut bystander = smppd.stored_session();
    let mut esme = smppd.stored_session();

    esme.write(&[0, 0, 0, 8, 0, 0, 0, 4]);

    let nack = esme.receive().expect("a generic_nack before the end");
    assert_eq!((nack.id, nack.status), (GENERIC_NACK, ESME_RINVCMDLEN));
    assert!(esme.receive().is_none());
    bystander.assert_alive();
}

#[test]
fn a_complete_pdu_that_makes_no_sense_is_answered_and_the_session_goes_on() {
    let scratch = Scratch::new();
    let smppd = Smppd::simulator(&scratch.path("data"));
    let mut bystander = smppd.stored_session();
    let mut esme = smppd.stored_session();

    // sm_length promises more octets than the PDU has.
    let mut cut = submit_sm("447700900123", "447700900456", b"hello");
    cut.truncate(cut.len() - 3);
    let answer = esme.ask(SUBMIT_SM, &cut);
    assert_eq!(answer.id, SUBMIT_SM | RESP);
    assert_ne!(answer.status, 0);

    let (sequence, unknown) = esme.request(0x0000_7777, b"whatever");
    esme.write(&unknown);
    let nack = esme.receive().expect("a generic_nack");
    assert_eq!((nack.id, nack.status, nack.sequence), (GENERIC_NACK, ESME_RINVCMDID, sequence));

    esme.assert_alive();
    esme.submit("447700900123", "447700900456", b"hello").expect("a whole one is still accepted");
    bystander.assert_alive();
}

#[test]
fn every_request_with_any_body_is_answered_once_and_the_session_goes_on() {
    let scratch = Scratch::new();
    let smppd = Smppd::simulator(&scratch.path("data"));
    let mut esme = smppd.stored_session();
    // Binds, query_sm, submit_sm, deliver_sm, replace_sm, cancel_sm, enquire_link, submit_multi, data_sm, and the
    // three of broadcasting.
    for id in [0x01, 0x02, 0x09, 0x03, 0x04, 0x05, 0x07, 0x08, 0x15, 0x21, 0x103, 0x111, 0x112, 0x113] {
        for body in [&b""[..], b"\0", &[0xff; 4], &[0xff; 300], &[0; 300]] {
            let (sequence, request) = esme.request(id, body);
            esme.write(&request);
            // The probe behind it shows that nothing else came.
            let (probe, enquire_link) = esme.request(ENQUIRE_LINK, b"");
            esme.write(&enquire_link);
            let mut answers = Vec::new();
            while answers.len() < 2 {
                let pdu = esme.receive().expect("the session goes on");
                if pdu.id & RESP == 0 {
                    esme.answer(&pdu);
                } else {
                    answers.push((pdu.id, pdu.sequence));
                }
            }
            answers.sort_by_key(|(_, sequence)| *sequence);
            assert_eq!(
                answers,
                [(id | RESP, sequence), (ENQUIRE_LINK | RESP, probe)],
                "{} octets",
                body.len()
            );
        }
    }
}

#[test]
fn a_request_before_the_bind_is_refused() {
    const ESME_RINVBNDSTS: u32 = 0x04;
    let scratch = Scratch::new();
    let smppd = Smppd::simulator(&scratch.path("data"));

    let answer = Esme::connect(smppd.address).ask(SUBMIT_SM, &submit_sm("1", "447700900456", b"hello"));

    assert_eq!((answer.id, answer.status), (SUBMIT_SM | RESP, ESME_RINVBNDSTS));
}

#[test]
fn a_wrong_password_and_an_unknown_system_id_are_answered_alike() {
    const ESME_RINVPASWD: u32 = 0x0e;
    let scratch = Scratch::new();
    let smppd = Smppd::simulator(&scratch.path("data"));

    let wrong = Esme::connect(smppd.address).bind("esme", "wrong");
    let unknown = Esme::connect(smppd.address).bind("nobody", "secret");

    assert_eq!((wrong, unknown), (ESME_RINVPASWD, ESME_RINVPASWD));
}

#[test]
fn a_stray_response_and_an_unknown_sequence_number_are_no_harm() {
    let scratch = Scratch::new();
    let smppd = Smppd::simulator(&scratch.path("data"));
    let mut esme = smppd.stored_session();

    esme.write(&pdu(0x8000_0005, 0, 4711, b"\0"));

    esme.assert_alive();
}

#[test]
fn an_http_request_is_turned_away_and_harms_nobody() {
    let scratch = Scratch::new();
    let mut smppd = Smppd::simulator(&scratch.path("data"));
    let mut bystander = smppd.stored_session();
    let mut browser = Esme::connect(smppd.address);

    browser.write(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");

    // At most a generic_nack, and then the end: nothing waits for the 1.2 GB that `GET ` would promise.
    if let Some(nack) = browser.receive() {
        assert_eq!((nack.id, nack.status), (GENERIC_NACK, ESME_RINVCMDLEN));
        assert!(browser.receive().is_none());
    }
    bystander.assert_alive();
    assert!(smppd.process.is_running());
}

#[test]
fn a_port_in_use_is_named() {
    let scratch = Scratch::new();
    let holder = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = holder.local_addr().unwrap().to_string();
    let mut command = program();
    command.arg("serve").arg("--config").arg(simulator_toml());
    command.args(["--listen", &address, "--data"]).arg(scratch.path("data"));

    let said = refusal(Process::start("smppd", &mut command));

    assert!(said.contains(&address), "{said}");
}

#[test]
fn a_data_folder_held_by_another_process_is_named_and_left_alone() {
    let scratch = Scratch::new();
    let data = scratch.path("data");
    let holder = Smppd::simulator(&data);
    let mut esme = holder.stored_session();

    let said = refusal(Process::start("smppd", &mut serve(&simulator_toml(), &data)));

    assert!(said.contains(data.to_str().unwrap()), "{said}");
    esme.submit("447700900123", "447700900456", b"hello").expect("the holder goes on");
}

#[test]
fn a_missing_bearerbox_delays_messages_and_nothing_else() {
    let scratch = Scratch::new();
    let port = free_port();
    let config = kannel_toml(&scratch, port);
    let mut smppd = Smppd::start(&config, &scratch.path("data"));
    let mut esme = smppd.stored_session();

    esme.submit("447700900123", "447700900456", b"hello").expect("accepted into the store");

    // Somebody is told, by address, and nobody else is hurt.
    let port = port.to_string();
    smppd.process.wait_for("line about the bearerbox", |_, line| line.contains(&port).then_some(()));
    esme.assert_alive();
    assert!(smppd.process.is_running());
}

/// Waits for the end of a server that cannot start; what it said on standard error.
pub(crate) fn refusal(mut process: Process) -> String {
    let status = process.wait(PATIENCE);
    assert!(!status.success());
    assert!(!process.printed("panicked"), "an error is not a panic");
    process.text(Stream::Stderr)
}
