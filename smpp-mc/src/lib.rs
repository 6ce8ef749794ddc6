//! The SMPP server role, and the store-and-forward gateway on top of it.

#[cfg(feature = "gateway")]
pub mod message;
#[cfg(feature = "gateway")]
pub mod store;
