//! A client for Kannel's bearerbox, which sees it as an smsbox.
