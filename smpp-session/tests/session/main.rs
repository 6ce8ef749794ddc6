//! The machine without I/O, on a virtual clock.

#![expect(clippy::unwrap_used, reason = "a test fails so")]
#![expect(clippy::indexing_slicing, reason = "a test knows its own data")]
#![expect(clippy::wildcard_enum_match_arm, reason = "a test names what it is about")]

mod bind;
mod enquire_link;
mod fragmentation;
mod malformed;
mod operation_matrix;
mod properties;
mod respond;
mod support;
mod unbind;
mod window;
