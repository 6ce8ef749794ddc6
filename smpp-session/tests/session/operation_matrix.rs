//! Every operation × state × role, against the specification's table and on real sessions.
//!
//! `data/commands.csv` restates the tables of SMPP 3.4 section 2.3 and 5.0
//! section 2.4.

use smpp_session::operation_matrix::{OPERATIONS, may_arrive, may_send, operation};
use smpp_session::pdu::{
    AlertNotification, BindReceiver, BindTransceiver, BindTransmitter, Body, CommandId, CommandStatus,
    InterfaceVersion, Outbind, SequenceNumber,
};
use smpp_session::testing::Pair;
use smpp_session::{
    BindMode, Event, RefusedReason, Reply, RequestError, RequestKey, Role, SessionConfig, SessionState,
};

use crate::support::frame;

#[test]
fn the_matrix_is_that_of_the_specification() {
    let rows = table();
    let mut checked = 0;
    for row in &rows {
        for state in SessionState::ALL {
            for role in [Role::Esme, Role::Mc] {
                let wanted = row.may_send(state, role);
                assert_eq!(
                    may_send(row.command_id, role, state),
                    wanted.send,
                    "{role:?} sends {row:?} in {state:?}"
                );
                let arrives = may_arrive(row.command_id, role.peer(), state);
                assert_eq!(arrives, wanted.arrive, "{row:?} of {role:?} arrives in {state:?}");
                checked += 1;
            }
        }
    }
    assert_eq!(rows.len(), 39, "every command of the table");
    assert_eq!(checked, 39 * 7 * 2);
}

#[test]
fn every_row_is_in_the_table_and_names_its_version() {
    for found in OPERATIONS {
        let rows = table();
        let row = rows.iter().find(|row| row.command_id == found.command_id).unwrap();
        assert_eq!(row.name, found.name);
        assert_eq!(row.since, found.since, "{}", found.name);
        assert_eq!(row.answered, found.answered, "{}", found.name);
    }
    let requests = table().iter().filter(|row| row.command_id.is_request()).count();
    assert_eq!(OPERATIONS.len(), requests + 1, "the requests and generic_nack");
}

#[test]
fn unknown_operations_pass_when_bound_only() {
    let vendor = CommandId(0x0001_0200);
    assert!(operation(vendor).is_none());
    for state in SessionState::ALL {
        for role in [Role::Esme, Role::Mc] {
            assert_eq!(may_send(vendor, role, state), state.is_bound());
            assert_eq!(may_arrive(vendor, role, state), state.is_bound());
        }
    }
}

/// Each request is really sent, in each state of a real session, by each role.
#[test]
fn sessions_enforce_the_matrix_when_sending() {
    for (operation, request) in requests() {
        for state in SessionState::ALL {
            for role in [Role::Esme, Role::Mc] {
                let mut pair = pair_in(state);
                let now = pair.now();
                let end = pair.end(role);
                assert_eq!(end.session.state(), state);
                let permitted = may_send(operation, role, state) && !is_left_to_the_session(operation);
                match send(end, request.clone(), now) {
                    Ok(()) => assert!(permitted, "{role:?} sent {operation} in {state:?}"),
                    Err(RequestError::NotPermitted(_) | RequestError::Closed { .. }) => {
                        assert!(!permitted, "{role:?} could not send {operation} in {state:?}");
                    }
                    Err(other) => panic!("{role:?} {operation} in {state:?}: {other}"),
                }
            }
        }
    }
}

/// Each request really arrives, in each state of a real session, at each role.
#[test]
fn sessions_enforce_the_matrix_when_receiving() {
    for (operation, request) in requests() {
        for state in SessionState::ALL {
            for role in [Role::Esme, Role::Mc] {
                let mut pair = pair_in(state);
                let now = pair.now();
                let sent_before = pair.end(role).sent().len();
                let permitted = may_arrive(operation, role, state);
                pair.end(role).receive(&frame(77, request.clone()), now);
                pair.settle();

                let end = pair.end(role);
                let answers = end.sent().split_off(sent_before);
                let refusal = answers.iter().find(|pdu| pdu.sequence_number == SequenceNumber(77));
                let refused = end.events.iter().any(|event| {
                    matches!(event, Event::Refused(refused)
                    if matches!(refused.reason, RefusedReason::NotPermitted))
                });
                let context = format!("{role:?} receives {operation} in {state:?}");
                if state == SessionState::Closed {
                    assert!(answers.is_empty(), "{context}");
                    continue;
                }
                assert_eq!(refused, !permitted, "{context}");
                if refused && operation.response().is_some() {
                    let binds_again =
                        BindMode::of(operation).is_some() && role == Role::Mc && state.is_bound();
                    let status = if binds_again {
                        CommandStatus::ESME_RALYBND
                    } else {
                        CommandStatus::ESME_RINVBNDSTS
                    };
                    let refusal = refusal.unwrap();
                    assert_eq!(refusal.command_status, status, "{context}");
                    assert_eq!(Some(refusal.command_id()), operation.response(), "{context}");
                }
                assert!(end.session.close_reason().is_none() || operation == CommandId::UNBIND, "{context}");
            }
        }
    }
}

#[test]
fn operations_newer_than_the_peer_are_not_sent() {
    let config = || SessionConfig::default().interface_version(InterfaceVersion::V3_4);
    let mut pair = Pair::bound(SessionConfig::default(), config());
    let now = pair.now();

    let refused = pair.esme.session.request(&smpp_session::pdu::BroadcastSm::default(), RequestKey(1), now);
    let sent = pair.esme.session.request(&smpp_session::pdu::SubmitSm::default(), RequestKey(2), now);

    assert_eq!(refused, Err(RequestError::Version));
    assert!(sent.is_ok());
}

// --- the table ---

#[derive(Debug)]
struct Row {
    command_id: CommandId,
    name: String,
    since: InterfaceVersion,
    answered: bool,
    v3_3: Vec<(String, String)>,
    v3_4: Vec<(String, String)>,
    v5_0: Vec<(String, String)>,
}

struct Wanted {
    send: bool,
    arrive: bool,
}

impl Row {
    /// What the table says, with the choices the matrix documents.
    fn may_send(&self, state: SessionState, role: Role) -> Wanted {
        let has = |cells: &[(String, String)]| {
            cells.iter().any(|(name, senders)| {
                name == state.as_str()
                    && senders.split('+').any(|sender| sender.eq_ignore_ascii_case(role.as_str()))
            })
        };
        // The newer table holds; operations that 3.4 dropped have only the oldest.
        let newest = if self.v5_0.is_empty() { &self.v3_3 } else { &self.v5_0 };
        let listed = has(newest);
        match self.command_id.0 & 0x7FFF_FFFF {
            // Accepted as 5.0 has it, sent when bound as 3.4 has it.
            0x15 if self.command_id.is_request() => Wanted { send: has(&self.v3_4), arrive: listed },
            0x15 => Wanted { send: listed, arrive: has(&self.v3_4) },
            // Sent as 5.0 directs, accepted as 3.4 allows; its response the other way round.
            0x103 if self.command_id.is_request() => Wanted { send: listed, arrive: has(&self.v3_4) },
            0x103 => Wanted { send: has(&self.v3_4), arrive: listed },
            _ => Wanted { send: listed, arrive: listed },
        }
    }
}

fn table() -> Vec<Row> {
    let csv = include_str!("data/commands.csv");
    csv.lines()
        .skip(1)
        .map(|line| line.split(',').collect::<Vec<_>>())
        .filter(|cells| cells[2] != "range")
        .map(|cells| Row {
            command_id: CommandId(u32::from_str_radix(cells[0].trim_start_matches("0x"), 16).unwrap()),
            name: cells[1].to_owned(),
            since: match cells[3] {
                "3.3" => InterfaceVersion::V3_3,
                "3.4" => InterfaceVersion::V3_4,
                _ => InterfaceVersion::V5_0,
            },
            v3_3: states_of(cells[9]),
            v3_4: states_of(cells[10]),
            v5_0: states_of(cells[11]),
            answered: cells[13] == "yes",
        })
        .collect()
}

fn states_of(cell: &str) -> Vec<(String, String)> {
    cell.split(';')
        .filter_map(|entry| entry.split_once(':'))
        .map(|(state, senders)| (state.to_owned(), senders.to_owned()))
        .collect()
}

// --- sessions in every state ---

/// unbind is a command of the session's own.
fn is_left_to_the_session(operation: CommandId) -> bool {
    operation == CommandId::UNBIND
}

fn pair_in(state: SessionState) -> Pair {
    let mut pair = Pair::new(SessionConfig::default(), SessionConfig::default());
    let now = pair.now();
    match state {
        SessionState::Open => {}
        SessionState::Outbound => {
            pair.mc.session.notify(Outbind::default(), now).unwrap();
        }
        SessionState::BoundTx => bind(&mut pair, BindTransmitter::default().into()),
        SessionState::BoundRx => bind(&mut pair, BindReceiver::default().into()),
        SessionState::BoundTrx => bind(&mut pair, BindTransceiver::default().into()),
        SessionState::Unbound => unbind_both(&mut pair),
        SessionState::Closed => {
            pair.esme.session.close(now);
            pair.mc.session.close(now);
        }
        _ => unreachable!("{state:?} is none of them"),
    }
    pair.settle();
    pair.esme.events.clear();
    pair.mc.events.clear();
    pair
}

fn bind(pair: &mut Pair, body: Body) {
    let now = pair.now();
    let body = with_version(body);
    send(&mut pair.esme, body, now).unwrap();
    pair.settle();
    let (number, _) = pair.mc.next_request().unwrap();
    pair.mc.session.respond(number, Reply::from(CommandStatus::ESME_ROK), now).unwrap();
}

fn with_version(body: Body) -> Body {
    match body {
        Body::BindTransmitter(mut bind) => {
            bind.interface_version = InterfaceVersion::V5_0;
            Body::BindTransmitter(bind)
        }
        Body::BindReceiver(mut bind) => {
            bind.interface_version = InterfaceVersion::V5_0;
            Body::BindReceiver(bind)
        }
        Body::BindTransceiver(mut bind) => {
            bind.interface_version = InterfaceVersion::V5_0;
            Body::BindTransceiver(bind)
        }
        other => other,
    }
}

/// Each end has answered an unbind of the other's and waits for a response still due to it.
fn unbind_both(pair: &mut Pair) {
    bind(pair, BindTransceiver::default().into());
    pair.settle();
    let now = pair.now();
    pair.esme.session.request(&smpp_session::pdu::SubmitSm::default(), RequestKey(1), now).unwrap();
    pair.mc.session.request(&smpp_session::pdu::DeliverSm::default(), RequestKey(1), now).unwrap();
    pair.lose();
    pair.settle();
    pair.esme.receive(&frame(900, smpp_session::pdu::Unbind::default()), now);
    pair.mc.receive(&frame(900, smpp_session::pdu::Unbind::default()), now);
}

fn send(
    end: &mut smpp_session::testing::End,
    body: Body,
    now: std::time::Instant,
) -> Result<(), RequestError> {
    macro_rules! send {
        ($($request:ident),*) => {
            match body {
                $( Body::$request(request) => {
                    let request: smpp_session::pdu::$request = smpp_session::pdu::$request::try_from(Body::$request(request)).unwrap();
                    end.session.request(&request, RequestKey(9), now).map(|_| ())
                } )*
                other => end.session.notify(other, now),
            }
        };
    }
    send!(
        BindReceiver,
        BindTransmitter,
        BindTransceiver,
        QuerySm,
        SubmitSm,
        DeliverSm,
        Unbind,
        ReplaceSm,
        CancelSm,
        EnquireLink,
        SubmitMulti,
        ParamRetrieve,
        QueryLastMsgs,
        QueryMsgDetails,
        DataSm,
        BroadcastSm,
        QueryBroadcastSm,
        CancelBroadcastSm
    )
}

/// One request of each operation, with default fields.
fn requests() -> Vec<(CommandId, Body)> {
    let bodies: Vec<Body> = vec![
        BindReceiver::default().into(),
        BindTransmitter::default().into(),
        BindTransceiver::default().into(),
        smpp_session::pdu::QuerySm::default().into(),
        smpp_session::pdu::SubmitSm::default().into(),
        smpp_session::pdu::DeliverSm::default().into(),
        smpp_session::pdu::Unbind::default().into(),
        smpp_session::pdu::ReplaceSm::default().into(),
        smpp_session::pdu::CancelSm::default().into(),
        Outbind::default().into(),
        smpp_session::pdu::EnquireLink::default().into(),
        smpp_session::pdu::SubmitMulti::default().into(),
        smpp_session::pdu::ParamRetrieve::default().into(),
        smpp_session::pdu::QueryLastMsgs::default().into(),
        smpp_session::pdu::QueryMsgDetails::default().into(),
        AlertNotification::default().into(),
        smpp_session::pdu::DataSm::default().into(),
        smpp_session::pdu::BroadcastSm::default().into(),
        smpp_session::pdu::QueryBroadcastSm::default().into(),
        smpp_session::pdu::CancelBroadcastSm::default().into(),
    ];
    bodies.into_iter().map(|body| (body.command_id(), body)).collect()
}
