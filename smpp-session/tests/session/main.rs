//! The machine without I/O, on a virtual clock.
//!
//! What no other library tests, and where it is here:
//!
//! | | |
//! |---|---|
//! | generic_nack resolves what it names; 0 is an event; our own is not pending | `window::generic_nack_*`, `malformed::our_own_nack_is_not_pending` |
//! | numbers wrap at 0x7FFFFFFF and skip those in flight | `window::numbers_wrap_and_skip_those_in_flight` |
//! | a response of another operation is no match | `window::a_response_of_another_operation_is_no_match` |
//! | a timed-out request frees its slot, its late response is an event | `window::a_timed_out_request_*` |
//! | header-only responses, bodies of error responses | `malformed::header_only_responses_*`, `malformed::bodies_of_error_responses_are_kept` |
//! | every command_length, every split | `malformed::command_length_*`, `fragmentation` |
//! | unknown commands and statuses pass | `malformed::an_unknown_*`, `malformed::unlisted_statuses_pass` |
//! | the peer closes before, during and after a bind | `unbind::a_peer_may_close_at_any_moment` |
//! | a refused bind | `bind::a_refused_bind_leaves_the_state_open_and_may_be_tried_again` |
//! | a clean end with a deadline, both at once | `unbind::*` |
//! | a slow handler stops nothing | `enquire_link::a_slow_handler_*` |

#![expect(clippy::unwrap_used, reason = "a test fails so")]
#![expect(clippy::indexing_slicing, reason = "a test knows its own data")]
#![expect(clippy::wildcard_enum_match_arm, reason = "a test names what it is about")]

mod ajankovic;
mod bind;
mod enquire_link;
mod fragmentation;
mod malformed;
mod operation_matrix;
mod properties;
mod respond;
mod smppex;
mod support;
mod unbind;
mod window;
