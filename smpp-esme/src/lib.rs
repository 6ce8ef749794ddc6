//! The SMPP client role: connect, bind, submit, receive messages and receipts.
