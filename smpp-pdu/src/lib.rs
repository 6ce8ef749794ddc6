//! SMPP 3.3, 3.4 and 5.0 protocol data units: a pure codec, no I/O and no clock.
