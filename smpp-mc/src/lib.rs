//! The SMPP server role, and the store-and-forward gateway on top of it.
