//! [`ServiceType`] and the values that the specification registers.

use super::COctetString;

/// The application or service a message belongs to (SMPP 3.4 section 5.2.11); empty for the default.
pub type ServiceType = COctetString<6>;

/// The Message Centre's default.
pub const DEFAULT: ServiceType = COctetString::EMPTY;
/// Cellular messaging.
pub const CMT: ServiceType = COctetString::from_static("CMT");
/// Cellular paging.
pub const CPT: ServiceType = COctetString::from_static("CPT");
/// Voice mail notification.
pub const VMN: ServiceType = COctetString::from_static("VMN");
/// Voice mail alerting.
pub const VMA: ServiceType = COctetString::from_static("VMA");
/// Wireless application protocol.
pub const WAP: ServiceType = COctetString::from_static("WAP");
/// Unstructured supplementary services data.
pub const USSD: ServiceType = COctetString::from_static("USSD");
/// Cell broadcast (SMPP 5.0).
pub const CBS: ServiceType = COctetString::from_static("CBS");
/// Generic UDP transport (SMPP 5.0).
pub const GUTS: ServiceType = COctetString::from_static("GUTS");
