//! Routes as an ordered table in memory: the first rule that fits decides.

use std::sync::Arc;

use smpp_session::pdu::CommandStatus;

use super::{MobileRoutable, Routable, Route, RouteError, Router, Routing};
use crate::auth::MessageMode;

/// An ordered table of rules, with a connector and an account for what no rule fits.
#[derive(Clone, Debug, Default)]
pub struct RouteTable {
    rules: Vec<RouteRule>,
    default_connector: Option<Arc<str>>,
    mobile_rules: Vec<MobileRule>,
    default_account: Option<Arc<str>>,
}

impl RouteTable {
    /// A table that routes nothing: submissions are refused with ESME_RINVDSTADR.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a rule for submissions behind the others.
    #[must_use]
    pub fn rule(mut self, rule: RouteRule) -> Self {
        self.rules.push(rule);
        self
    }

    /// The connector for submissions that no rule fits.
    #[must_use]
    pub fn default_connector(mut self, connector: impl Into<Arc<str>>) -> Self {
        self.default_connector = Some(connector.into());
        self
    }

    /// Adds a rule for mobile-originated messages behind the others.
    #[must_use]
    pub fn mobile_rule(mut self, rule: MobileRule) -> Self {
        self.mobile_rules.push(rule);
        self
    }

    /// The account for mobile-originated messages that no rule fits.
    #[must_use]
    pub fn default_account(mut self, account: impl Into<Arc<str>>) -> Self {
        self.default_account = Some(account.into());
        self
    }

    fn way(&self, routable: &Routable<'_>) -> Result<Route, RouteError> {
        if let Some(rule) = self.rules.iter().find(|rule| rule.fits(routable)) {
            return Ok(Route { connector: Arc::clone(&rule.connector), mode: rule.mode });
        }
        match &self.default_connector {
            Some(connector) => Ok(Route { connector: Arc::clone(connector), mode: None }),
            None => Err(RouteError::NoRoute(CommandStatus::ESME_RINVDSTADR)),
        }
    }

    fn owner(&self, routable: &MobileRoutable<'_>) -> Result<Arc<str>, RouteError> {
        self.mobile_rules
            .iter()
            .find(|rule| rule.fits(routable))
            .map(|rule| &rule.account)
            .or(self.default_account.as_ref())
            .map(Arc::clone)
            .ok_or(RouteError::NoRoute(CommandStatus::ESME_RINVDSTADR))
    }
}

impl Router for RouteTable {
    fn route<'a>(&'a self, routable: &Routable<'a>) -> Routing<'a, Route> {
        Routing::Decided(self.way(routable))
    }

    fn route_mobile<'a>(&'a self, routable: &MobileRoutable<'a>) -> Routing<'a, Arc<str>> {
        Routing::Decided(self.owner(routable))
    }
}

/// Sends submissions to a connector. Every condition that is set must hold.
#[derive(Clone, Debug)]
pub struct RouteRule {
    destination: Option<Box<str>>,
    source: Option<Box<str>>,
    account: Option<Box<str>>,
    connector: Arc<str>,
    mode: Option<MessageMode>,
}

impl RouteRule {
    /// A rule that fits everything.
    #[must_use]
    pub fn to(connector: impl Into<Arc<str>>) -> Self {
        Self { destination: None, source: None, account: None, connector: connector.into(), mode: None }
    }

    /// Only destinations that begin with `prefix`; a leading `+` of the number does not count.
    #[must_use]
    pub fn destination(mut self, prefix: impl Into<Box<str>>) -> Self {
        self.destination = Some(prefix.into());
        self
    }

    /// Only sources that begin with `prefix`; a leading `+` of the number does not count.
    #[must_use]
    pub fn source(mut self, prefix: impl Into<Box<str>>) -> Self {
        self.source = Some(prefix.into());
        self
    }

    /// Only what this `system_id` submitted.
    #[must_use]
    pub fn account(mut self, system_id: impl Into<Box<str>>) -> Self {
        self.account = Some(system_id.into());
        self
    }

    /// How messages of this rule are accepted, whatever the account has.
    #[must_use]
    pub fn mode(mut self, mode: MessageMode) -> Self {
        self.mode = Some(mode);
        self
    }

    fn fits(&self, routable: &Routable<'_>) -> bool {
        let submission = routable.submission;
        begins(self.destination.as_deref(), submission.destination_addr.as_bytes())
            && begins(self.source.as_deref(), submission.source_addr.as_bytes())
            && self.account.as_deref().is_none_or(|account| account == routable.account.system_id())
    }
}

/// Gives mobile-originated messages to an account. Every condition that is set must hold.
#[derive(Clone, Debug)]
pub struct MobileRule {
    connector: Option<Box<str>>,
    destination: Option<Box<str>>,
    account: Arc<str>,
}

impl MobileRule {
    /// A rule that fits everything.
    #[must_use]
    pub fn to(account: impl Into<Arc<str>>) -> Self {
        Self { connector: None, destination: None, account: account.into() }
    }

    /// Only what came from this connector.
    #[must_use]
    pub fn connector(mut self, name: impl Into<Box<str>>) -> Self {
        self.connector = Some(name.into());
        self
    }

    /// Only destinations that begin with `prefix`; a leading `+` of the number does not count.
    #[must_use]
    pub fn destination(mut self, prefix: impl Into<Box<str>>) -> Self {
        self.destination = Some(prefix.into());
        self
    }

    fn fits(&self, routable: &MobileRoutable<'_>) -> bool {
        self.connector.as_deref().is_none_or(|connector| connector == routable.connector)
            && begins(self.destination.as_deref(), routable.deliver.destination_addr.as_bytes())
    }
}

fn begins(prefix: Option<&str>, address: &[u8]) -> bool {
    let Some(prefix) = prefix else { return true };
    let digits = address.strip_prefix(b"+").unwrap_or(address);
    digits.starts_with(prefix.strip_prefix('+').unwrap_or(prefix).as_bytes())
}

#[cfg(test)]
mod tests {
    use smpp_session::pdu::{DeliverSm, SubmitSm};

    use super::*;
    use crate::auth::Account;

    fn submission(source: &str, destination: &str) -> SubmitSm {
        SubmitSm {
            source_addr: source.try_into().unwrap(),
            destination_addr: destination.try_into().unwrap(),
            ..SubmitSm::default()
        }
    }

    fn account_named(system_id: &str) -> Account {
        Account::builder(system_id).build().unwrap()
    }

    fn connector(table: &RouteTable, account: &str, submission: &SubmitSm) -> Option<Arc<str>> {
        table.way(&Routable::new(&account_named(account), submission)).ok().map(|route| route.connector)
    }

    #[test]
    fn the_first_rule_whose_every_condition_holds_decides() {
        let table = RouteTable::new()
            .rule(RouteRule::to("north").destination("+47").account("esme"))
            .rule(RouteRule::to("south").source("2000"))
            .default_connector("rest");

        assert_eq!(connector(&table, "esme", &submission("2000", "+4790")).as_deref(), Some("north"));
        assert_eq!(connector(&table, "esme", &submission("1", "4790")).as_deref(), Some("north"));
        assert_eq!(connector(&table, "other", &submission("2000", "4790")).as_deref(), Some("south"));
        assert_eq!(connector(&table, "other", &submission("1", "4790")).as_deref(), Some("rest"));
    }

    #[test]
    fn what_has_no_way_is_refused_as_an_invalid_destination() {
        let account = account_named("esme");
        let submission = submission("1", "2");

        let error = RouteTable::new().way(&Routable::new(&account, &submission)).unwrap_err();

        assert_eq!(error.command_status(), CommandStatus::ESME_RINVDSTADR);
    }

    #[test]
    fn mobile_messages_go_by_connector_and_number() {
        let table = RouteTable::new()
            .mobile_rule(MobileRule::to("a").connector("kannel").destination("2000"))
            .default_account("b");
        let deliver = DeliverSm { destination_addr: "2000".try_into().unwrap(), ..DeliverSm::default() };

        let owner = |connector| table.owner(&MobileRoutable::new(connector, &deliver)).unwrap();

        assert_eq!(&*owner("kannel"), "a");
        assert_eq!(&*owner("other"), "b");
    }
}
