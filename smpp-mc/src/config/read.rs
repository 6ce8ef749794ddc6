//! The file, key by key.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::ops::Range;
use std::path::Path;
use std::time::Duration;

use smpp_session::pdu::CommandStatus;

use super::section::{FromValue, Mismatch, Section, Source};
use super::{BearerboxConfig, ConfigError, McConfig, SimulatorConfig, SmppConfig, StoreConfig};
use crate::SessionLimits;
use crate::auth::{Account, BindModes, MessageMode, Network, PasswordHash, RefusalStatus, Throughput};
use crate::gateway::GatewayOptions;
use crate::routing::{MobileRule, RouteRule, RouteTable};

impl McConfig {
    /// Reads and checks a file. Relative paths in it start from its folder.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong.
    pub fn read(file: &Path) -> Result<Self, ConfigError> {
        Self::from_source(&Source::read(file)?)
    }

    /// Reads and checks a text; `file` is the name used in errors and the place that relative paths start from.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong.
    pub fn parse(file: &Path, text: &str) -> Result<Self, ConfigError> {
        Self::from_source(&Source::of(file, text))
    }

    fn from_source(source: &Source) -> Result<Self, ConfigError> {
        let mut root = source.root()?;
        let smpp = smpp(root.section("smpp")?)?;
        let store = store(root.section("store")?, source)?;
        let gateway = gateway(root.section("gateway")?)?;

        let mut names = Names::new("connector");
        let simulators = root
            .sections("simulator")?
            .into_iter()
            .map(|section| simulator(section, &mut names))
            .collect::<Result<Vec<_>, _>>()?;
        let bearerboxes = root
            .sections("bearerbox")?
            .into_iter()
            .map(|section| bearerbox(section, &mut names))
            .collect::<Result<Vec<_>, _>>()?;
        let mut system_ids = Names::new("account");
        let accounts = root
            .sections("account")?
            .into_iter()
            .map(|section| account(section, &mut system_ids))
            .collect::<Result<Vec<_>, _>>()?;
        let routes = routes(&mut root, &names, &system_ids)?;
        if names.is_empty() {
            let mend = "add [[simulator]] or [[bearerbox]] with a name";
            return Err(root.error(
                &(0..0),
                "simulator",
                "there is no connector for messages to leave by",
                mend,
            ));
        }
        if accounts.is_empty() {
            let mend = "add [[account]] with system_id and password";
            return Err(root.error(&(0..0), "account", "there is no account, so nobody could bind", mend));
        }
        root.finish()?;
        Ok(Self { smpp, store, gateway, accounts, simulators, bearerboxes, routes })
    }
}

fn smpp(section: Option<Section<'_>>) -> Result<SmppConfig, ConfigError> {
    let mut config = SmppConfig::default();
    let Some(mut section) = section else { return Ok(config) };
    config.listen = section.or("listen", config.listen)?;
    let at = section.place("system_id");
    config.system_id = section.or("system_id", config.system_id)?;
    if config.system_id.len() > 15 {
        return Err(section.error(&at, "system_id", "more than 15 characters", "choose a shorter one"));
    }
    if let Some(Refusal(refusal)) = section.optional("bind_refusal")? {
        config.refusal = refusal;
    }
    config.max_sessions = section.or("max_sessions", config.max_sessions)?;
    config.session_init_timer = section.or("session_init_timer", config.session_init_timer)?;
    config.enquire_link_timer = section.or("enquire_link_timer", config.enquire_link_timer)?;
    config.response_timer = section.or("response_timer", config.response_timer)?;
    section.finish()?;
    Ok(config)
}

fn store(section: Option<Section<'_>>, source: &Source) -> Result<StoreConfig, ConfigError> {
    let default = source.folder().join(DATA_FOLDER);
    let Some(mut section) = section else { return Ok(StoreConfig::Folder(default)) };
    let engine_at = section.place("engine");
    let engine: String = section.or("engine", "sqlite".to_owned())?;
    let folder = section.optional::<std::path::PathBuf>("folder")?;
    let config = match engine.as_str() {
        "sqlite" => StoreConfig::Folder(folder.map_or(default, |folder| source.folder().join(folder))),
        "memory" => StoreConfig::Memory,
        other => {
            let problem = format!("there is no store \"{other}\"");
            return Err(section.error(&engine_at, "engine", &problem, "write \"sqlite\" or \"memory\""));
        }
    };
    section.finish()?;
    Ok(config)
}

fn gateway(section: Option<Section<'_>>) -> Result<GatewayOptions, ConfigError> {
    let mut options = GatewayOptions::default();
    let Some(mut section) = section else { return Ok(options) };
    options.validity = section.or("validity", options.validity)?;
    options.keep_final = section.or("keep_final", options.keep_final)?;
    options.report_grace = section.or("report_grace", options.report_grace)?;
    options.drain = section.or("drain", options.drain)?;
    section.finish()?;
    Ok(options)
}

fn simulator(mut section: Section<'_>, names: &mut Names) -> Result<SimulatorConfig, ConfigError> {
    let config = SimulatorConfig {
        name: names.take(&mut section, "name")?,
        number_plan: section.or("number_plan", false)?,
        delay: section.or("delay", Duration::ZERO)?,
    };
    section.finish()?;
    Ok(config)
}

fn bearerbox(mut section: Section<'_>, names: &mut Names) -> Result<BearerboxConfig, ConfigError> {
    let mut config = BearerboxConfig::new(
        names.take(&mut section, "name")?,
        section.required::<String>("host", "name the host that bearerbox runs on, such as \"127.0.0.1\"")?,
        section.required("port", "write the smsbox-port of bearerbox's group core, such as 13001")?,
    );
    config.box_id = section.or("box_id", config.box_id)?;
    config.smsc_id = section.optional("smsc_id")?;
    config.window = section.or("window", config.window)?.max(1);
    config.ack_timer = section.or("ack_timer", config.ack_timer)?;
    section.finish()?;
    Ok(config)
}

fn account(mut section: Section<'_>, system_ids: &mut Names) -> Result<Account, ConfigError> {
    let system_id_at = section.place("system_id");
    let system_id = system_ids.take(&mut section, "system_id")?;
    let mut builder = Account::builder(system_id);

    let password_at = section.place("password");
    let hash_at = section.place("password_hash");
    let password: Option<String> = section.optional("password")?;
    let hash: Option<String> = section.optional("password_hash")?;
    builder = match (password, hash) {
        (Some(password), None) => builder.password(&password),
        (None, Some(phc)) => match PasswordHash::parse(&phc) {
            Ok(hash) => builder.password_hash(hash),
            Err(error) => {
                let mend = "make one with `smppd hash-password`";
                return Err(section.error(&hash_at, "password_hash", &error.to_string(), mend));
            }
        },
        (Some(_), Some(_)) => {
            let problem = "the account has both password and password_hash";
            return Err(section.error(&password_at, "password", problem, "keep one of them"));
        }
        (None, None) => {
            let problem = "the account has no password";
            return Err(section.error(&password_at, "password", problem, "add password, or password_hash"));
        }
    };

    if let Some(max_binds) = section.optional("max_binds")? {
        builder = builder.max_binds(max_binds);
    }
    if let Some(Mode(mode)) = section.optional("mode")? {
        builder = builder.message_mode(mode);
    }
    if let Some(modes) = section.optional::<Vec<Modes>>("bind_modes")? {
        builder = builder.bind_modes(modes.into_iter().map(|Modes(modes)| modes).collect());
    }
    if let Some(networks) = section.optional::<Vec<Cidr>>("networks")? {
        builder = builder.networks(networks.into_iter().map(|Cidr(network)| network));
    }
    builder = builder.enabled(section.or("enabled", true)?).tracking(section.or("tracking", true)?);
    if let Some(validity) = section.optional("validity")? {
        builder = builder.validity(validity);
    }
    if let Some(window) = section.optional("deliver_window")? {
        builder = builder.deliver_window(window);
    }
    builder = builder.limits(SessionLimits {
        window: section.optional("window")?,
        inbound_limit: section.optional("inbound_limit")?,
        ..SessionLimits::default()
    });
    let burst = section.optional("burst")?;
    if let Some(per_second) = section.optional("throughput")? {
        builder = builder.throughput(Throughput::new(per_second, burst));
    }
    let account = builder.build().map_err(|error| {
        section.error(&system_id_at, "system_id", &error.to_string(), "mend this account")
    })?;
    section.finish()?;
    Ok(account)
}

fn routes(root: &mut Section<'_>, connectors: &Names, accounts: &Names) -> Result<RouteTable, ConfigError> {
    let mut table = RouteTable::new();
    for mut section in root.sections("route")? {
        let mut rule = RouteRule::to(connectors.existing(&mut section, "connector")?);
        if let Some(prefix) = section.optional::<String>("destination")? {
            rule = rule.destination(prefix);
        }
        if let Some(prefix) = section.optional::<String>("source")? {
            rule = rule.source(prefix);
        }
        if section.has("account") {
            rule = rule.account(accounts.existing(&mut section, "account")?);
        }
        if let Some(Mode(mode)) = section.optional("mode")? {
            rule = rule.mode(mode);
        }
        section.finish()?;
        table = table.rule(rule);
    }
    for mut section in root.sections("mobile_route")? {
        let mut rule = MobileRule::to(accounts.existing(&mut section, "account")?);
        if section.has("connector") {
            rule = rule.connector(connectors.existing(&mut section, "connector")?);
        }
        if let Some(prefix) = section.optional::<String>("destination")? {
            rule = rule.destination(prefix);
        }
        section.finish()?;
        table = table.mobile_rule(rule);
    }
    Ok(match connectors.only() {
        Some(connector) => table.default_connector(connector),
        None => table,
    })
}

/// Names that must be given once each, and with which other sections may refer to them.
#[derive(Debug)]
struct Names {
    what: &'static str,
    taken: BTreeMap<String, Range<usize>>,
}

impl Names {
    fn new(what: &'static str) -> Self {
        Self { what, taken: BTreeMap::new() }
    }

    fn is_empty(&self) -> bool {
        self.taken.is_empty()
    }

    /// The one name, if there is just one.
    fn only(&self) -> Option<&str> {
        match self.taken.len() {
            1 => self.taken.keys().next().map(String::as_str),
            _ => None,
        }
    }

    /// Reads a new name.
    fn take(&mut self, section: &mut Section<'_>, key: &'static str) -> Result<String, ConfigError> {
        let at = section.place(key);
        let name: String = section.required(key, "give it a name of its own")?;
        if self.taken.insert(name.clone(), at.clone()).is_some() {
            let problem = format!("\"{name}\" is the name of another {}", self.what);
            return Err(section.error(&at, key, &problem, "give each a name of its own"));
        }
        Ok(name)
    }

    /// Reads a name that must exist.
    fn existing(&self, section: &mut Section<'_>, key: &'static str) -> Result<String, ConfigError> {
        let known: Vec<&str> = self.taken.keys().map(String::as_str).collect();
        let known = known.join(", ");
        let at = section.place(key);
        let name: String = section.required(key, &format!("name one of: {known}"))?;
        if self.taken.contains_key(&name) {
            return Ok(name);
        }
        let problem = format!("there is no {} \"{name}\"", self.what);
        Err(section.error(&at, key, &problem, &format!("name one of: {known}")))
    }
}

struct Mode(MessageMode);

impl FromValue for Mode {
    fn from_value(value: &toml::de::DeValue<'_>) -> Result<Self, Mismatch> {
        word(value).map(Self)
    }
}

struct Modes(BindModes);

impl FromValue for Modes {
    fn from_value(value: &toml::de::DeValue<'_>) -> Result<Self, Mismatch> {
        word(value).map(Self)
    }
}

struct Cidr(Network);

impl FromValue for Cidr {
    fn from_value(value: &toml::de::DeValue<'_>) -> Result<Self, Mismatch> {
        let text = String::from_value(value)?;
        text.parse().map(Self).map_err(|error| {
            Mismatch::new(format!("{error}"), "write it like \"192.0.2.0/24\" or \"2001:db8::/32\"")
        })
    }
}

struct Refusal(RefusalStatus);

impl FromValue for Refusal {
    fn from_value(value: &toml::de::DeValue<'_>) -> Result<Self, Mismatch> {
        let text = String::from_value(value)?;
        match text.as_str() {
            "distinct" => Ok(Self(RefusalStatus::Distinct)),
            "ESME_RINVPASWD" => Ok(Self(RefusalStatus::Uniform(CommandStatus::ESME_RINVPASWD))),
            "ESME_RINVSYSID" => Ok(Self(RefusalStatus::Uniform(CommandStatus::ESME_RINVSYSID))),
            "ESME_RBINDFAIL" => Ok(Self(RefusalStatus::Uniform(CommandStatus::ESME_RBINDFAIL))),
            _ => Err(Mismatch::new(
                format!("\"{text}\" is no way to refuse a bind"),
                "write \"ESME_RINVPASWD\", \"ESME_RINVSYSID\", \"ESME_RBINDFAIL\" or \"distinct\"",
            )),
        }
    }
}

fn word<T: std::str::FromStr<Err = crate::auth::UnknownWord>>(
    value: &toml::de::DeValue<'_>,
) -> Result<T, Mismatch> {
    String::from_value(value)?.parse().map_err(|error: crate::auth::UnknownWord| {
        Mismatch::new(error.to_string(), format!("write one of: {}", error.known()))
    })
}

impl Default for SmppConfig {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 2775)),
            system_id: "smppd".to_owned(),
            refusal: RefusalStatus::Uniform(CommandStatus::ESME_RINVPASWD),
            max_sessions: 10_000,
            session_init_timer: Duration::from_secs(30),
            enquire_link_timer: Duration::from_secs(30),
            response_timer: Duration::from_secs(60),
        }
    }
}

impl BearerboxConfig {
    /// A bearerbox at `host` and `port`, with a window of 500 and 30 s for its acknowledgement.
    #[must_use]
    pub fn new(name: String, host: String, port: u16) -> Self {
        Self {
            name,
            host,
            port,
            box_id: "smppd".to_owned(),
            smsc_id: None,
            window: 500,
            ack_timer: Duration::from_secs(30),
        }
    }
}

/// The data folder, beside the configuration file, where none is named.
const DATA_FOLDER: &str = "smppd-data";
