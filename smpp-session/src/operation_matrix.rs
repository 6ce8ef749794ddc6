//! Which operation may be sent by whom in which state: data, not branches.
//!
//! The table is that of SMPP v5.0 section 2.4 (v3.4 section 2.3), with these
//! choices where the two differ:
//!
//! | operation | choice |
//! |---|---|
//! | replace_sm | also in bound_trx (v5.0) |
//! | data_sm | sent as v5.0 directs (tx: ESME, rx: MC), accepted as v3.4 allows (both in every bound state) |
//! | enquire_link | accepted in every state but closed (v5.0), sent when bound (v3.4) |
//! | bind_* | also as the answer to an outbind (v5.0) |
//! | outbind | in open only |
//! | an unknown command_id | in every bound state, either way: vendors use them |
//!
//! A response follows its request: the other end may send it in every state in
//! which the request may arrive.

use smpp_pdu::{CommandId, InterfaceVersion};

use crate::role::Role;
use crate::state::SessionState;

/// One row: an operation, the version that introduced it, and who may send it.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Operation {
    /// The request, or generic_nack.
    pub command_id: CommandId,
    /// The specification's name.
    pub name: &'static str,
    /// The first version that has it.
    pub since: InterfaceVersion,
    /// Whether a response is due; false for outbind, alert_notification and generic_nack.
    pub answered: bool,
    may_send: Row,
    may_arrive: Row,
}

/// Returns the row of a request, or `None` for a command_id that no version defines.
#[must_use]
pub fn operation(request: CommandId) -> Option<&'static Operation> {
    OPERATIONS.iter().find(|operation| operation.command_id == request)
}

/// Tells whether `role` may send `command_id` in `state`.
#[must_use]
pub fn may_send(command_id: CommandId, role: Role, state: SessionState) -> bool {
    if let Some(request) = request_of(command_id) {
        return row(request).1.has(role.peer(), state);
    }
    row(command_id).0.has(role, state)
}

/// Tells whether `role` accepts `command_id` from its peer in `state`.
#[must_use]
pub fn may_arrive(command_id: CommandId, role: Role, state: SessionState) -> bool {
    if let Some(request) = request_of(command_id) {
        return row(request).0.has(role, state);
    }
    row(command_id).1.has(role.peer(), state)
}

/// The whole table, by command_id.
pub const OPERATIONS: &[Operation] = &[
    both_ways(0x8000_0000, "generic_nack", V3_3, false, ANY_STATE),
    both_ways(0x0000_0001, "bind_receiver", V3_3, true, BIND),
    both_ways(0x0000_0002, "bind_transmitter", V3_3, true, BIND),
    both_ways(0x0000_0003, "query_sm", V3_3, true, SUBMISSION),
    both_ways(0x0000_0004, "submit_sm", V3_3, true, SUBMISSION),
    both_ways(0x0000_0005, "deliver_sm", V3_3, true, DELIVERY),
    both_ways(0x0000_0006, "unbind", V3_3, true, BOUND),
    both_ways(0x0000_0007, "replace_sm", V3_3, true, SUBMISSION),
    both_ways(0x0000_0008, "cancel_sm", V3_3, true, SUBMISSION),
    both_ways(0x0000_0009, "bind_transceiver", V3_4, true, BIND),
    both_ways(0x0000_000B, "outbind", V3_4, false, OUTBIND),
    Operation { may_send: BOUND, ..both_ways(0x0000_0015, "enquire_link", V3_3, true, ANY_STATE) },
    both_ways(0x0000_0021, "submit_multi", V3_3, true, SUBMISSION),
    both_ways(0x0000_0022, "param_retrieve", V3_3, true, TRANSMITTER),
    both_ways(0x0000_0023, "query_last_msgs", V3_3, true, TRANSMITTER),
    both_ways(0x0000_0024, "query_msg_details", V3_3, true, TRANSMITTER),
    both_ways(0x0000_0102, "alert_notification", V3_4, false, DELIVERY),
    Operation { may_send: DATA, ..both_ways(0x0000_0103, "data_sm", V3_4, true, BOUND) },
    both_ways(0x0000_0111, "broadcast_sm", V5_0, true, SUBMISSION),
    both_ways(0x0000_0112, "query_broadcast_sm", V5_0, true, SUBMISSION),
    both_ways(0x0000_0113, "cancel_broadcast_sm", V5_0, true, SUBMISSION),
];

const V3_3: InterfaceVersion = InterfaceVersion::V3_3;
const V3_4: InterfaceVersion = InterfaceVersion::V3_4;
const V5_0: InterfaceVersion = InterfaceVersion::V5_0;

/// The senders permitted in open, outbound, bound_tx, bound_rx, bound_trx, unbound, closed.
#[derive(Clone, Copy, Debug)]
struct Row([u8; 7]);

const NOT: u8 = 0;
const ESME: u8 = 1;
const MC: u8 = 2;
const EITHER: u8 = ESME | MC;

const BIND: Row = Row([ESME, ESME, NOT, NOT, NOT, NOT, NOT]);
const OUTBIND: Row = Row([MC, NOT, NOT, NOT, NOT, NOT, NOT]);
const SUBMISSION: Row = Row([NOT, NOT, ESME, NOT, ESME, NOT, NOT]);
const TRANSMITTER: Row = Row([NOT, NOT, ESME, NOT, NOT, NOT, NOT]);
const DELIVERY: Row = Row([NOT, NOT, NOT, MC, MC, NOT, NOT]);
const DATA: Row = Row([NOT, NOT, ESME, MC, EITHER, NOT, NOT]);
const BOUND: Row = Row([NOT, NOT, EITHER, EITHER, EITHER, NOT, NOT]);
const ANY_STATE: Row = Row([EITHER, EITHER, EITHER, EITHER, EITHER, EITHER, NOT]);

impl Row {
    fn has(self, sender: Role, state: SessionState) -> bool {
        let bit = match sender {
            Role::Esme => ESME,
            Role::Mc => MC,
        };
        self.0.get(state.index()).is_some_and(|senders| senders & bit != 0)
    }
}

const fn both_ways(
    command_id: u32,
    name: &'static str,
    since: InterfaceVersion,
    answered: bool,
    row: Row,
) -> Operation {
    Operation { command_id: CommandId(command_id), name, since, answered, may_send: row, may_arrive: row }
}

/// Who may send, and whose PDU is accepted.
fn row(request: CommandId) -> (Row, Row) {
    operation(request).map_or((BOUND, BOUND), |operation| (operation.may_send, operation.may_arrive))
}

/// The request that a response answers; `None` for requests and generic_nack.
fn request_of(command_id: CommandId) -> Option<CommandId> {
    const RESPONSE: u32 = 0x8000_0000;
    (command_id.0 > RESPONSE).then_some(CommandId(command_id.0 & !RESPONSE))
}
