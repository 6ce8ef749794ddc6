//! One SMPP session, either end: a sans-IO state machine and a tokio driver.
