//! The settings, understood: each text of the command line becomes a type, or a line that names the variable, the value
//! and what is allowed.

use std::fs::File;
use std::io::{self, Read};
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::num::{NonZeroU32, NonZeroUsize};
use std::str::FromStr;
use std::time::Duration;

use doorward_adapters_crypto::{Argon2Cost, InvalidArgon2Cost};
use doorward_adapters_http::{CookieSettings, Language, Logo, Origin, Site};
use doorward_adapters_sql::{SessionLease, StoreUrl};
use doorward_app::{Policies, SignUpPolicy};
use doorward_domain::{Password, PasswordPolicy, SessionPolicy, ThrottleLimits, UsernamePolicy};
use ipnet::{IpNet, Ipv4Net};
use thiserror::Error;
use tracing_subscriber::EnvFilter;

use crate::command_line::{CommandLine, Invocation};

/// All that an operator decides.
#[derive(Debug)]
pub struct Settings {
    pub(crate) listen: SocketAddr,
    /// `None` for `http://localhost` with the port that is listened on.
    pub(crate) public_origin: Option<Origin>,
    /// `None` where metrics are served nowhere.
    pub(crate) metrics_listen: Option<SocketAddr>,
    pub(crate) store: StoreUrl,
    pub(crate) sessions: SessionPolicy,
    pub(crate) cookie: CookieSettings,
    pub(crate) argon2: Argon2Cost,
    pub(crate) hash_threads: NonZeroUsize,
    pub(crate) sign_up: SignUpPolicy,
    /// `None` where guesses are not bounded.
    pub(crate) throttle: Option<ThrottleLimits>,
    pub(crate) trusted_proxies: Vec<IpNet>,
    pub(crate) trusted_origins: Vec<Origin>,
    pub(crate) return_origins: Vec<Origin>,
    pub(crate) site: Site,
    /// `None` for each reader's own.
    pub(crate) language: Option<Language>,
    pub(crate) log: LogSettings,
}

impl Settings {
    /// What the settings decide about the use cases.
    pub(crate) fn policies(&self) -> Policies {
        Policies { sessions: self.sessions, sign_up: self.sign_up, throttle: self.throttle }
    }
}

/// What is logged, and how.
#[derive(Debug)]
pub(crate) struct LogSettings {
    pub(crate) filter: EnvFilter,
    pub(crate) json: bool,
}

/// A setting has a value that it cannot have.
#[derive(Debug, PartialEq, Eq, Error)]
#[error("{variable} is {value:?}, but must be {allowed}")]
pub struct WrongSetting {
    variable: &'static str,
    value: String,
    allowed: String,
}

/// A variable and its text, on the way to a type.
struct Setting<'a> {
    variable: &'static str,
    value: &'a str,
}

impl Setting<'_> {
    fn wrong(&self, allowed: impl Into<String>) -> WrongSetting {
        WrongSetting { variable: self.variable, value: self.value.to_owned(), allowed: allowed.into() }
    }

    fn parse<T: FromStr>(&self, allowed: &str) -> Result<T, WrongSetting> {
        self.value.trim().parse().map_err(|_| self.wrong(allowed))
    }

    fn one_of<T: Copy, const N: usize>(&self, choices: [(&str, T); N]) -> Result<T, WrongSetting> {
        let chosen = choices.iter().find(|(name, _)| *name == self.value.trim());
        chosen.map(|(_, choice)| *choice).ok_or_else(|| self.wrong(choices.map(|(name, _)| name).join(" or ")))
    }

    fn duration(&self) -> Result<Duration, WrongSetting> {
        humantime::parse_duration(self.value.trim())
            .ok()
            .filter(|duration| duration.as_millis() > 0)
            .ok_or_else(|| self.wrong("a duration of a millisecond or more, such as 30s, 15m, 12h or 14d"))
    }

    fn list<T: FromStr>(&self, allowed: &str) -> Result<Vec<T>, WrongSetting> {
        let items = self.value.split([',', ' ']).filter(|item| !item.is_empty());
        items.map(|item| item.parse().map_err(|_| self.wrong(allowed))).collect()
    }
}

/// What a variable is set to, where it is set to anything.
fn given<'a>(variable: &'static str, value: Option<&'a String>) -> Option<Setting<'a>> {
    value.map(|value| value.trim()).filter(|value| !value.is_empty()).map(|value| Setting { variable, value })
}

impl TryFrom<CommandLine> for Settings {
    type Error = WrongSetting;

    fn try_from(texts: CommandLine) -> Result<Self, WrongSetting> {
        let setting = |variable, value| Setting { variable, value };
        let public_origin = given("DOORWARD_PUBLIC_URL", texts.public_url.as_ref())
            .map(|url| url.parse("an http or https URL without a path, such as https://login.example.com"))
            .transpose()?;
        let is_https = public_origin.as_ref().is_some_and(Origin::is_https);
        Ok(Self {
            listen: listen(&setting("DOORWARD_LISTEN", &texts.listen))?,
            public_origin,
            metrics_listen: given("DOORWARD_METRICS_LISTEN", texts.metrics_listen.as_ref())
                .map(|address| listen(&address))
                .transpose()?,
            store: session_lease(store(&texts.database_url)?, &texts)?,
            sessions: SessionPolicy {
                active: setting("DOORWARD_SESSION_ACTIVE", &texts.session_active).duration()?,
                idle: setting("DOORWARD_SESSION_IDLE", &texts.session_idle).duration()?,
                longest: match texts.session_max.trim() {
                    "off" => None,
                    value => Some(
                        setting("DOORWARD_SESSION_MAX", value)
                            .duration()
                            .map_err(|wrong| WrongSetting { allowed: format!("off or {}", wrong.allowed), ..wrong })?,
                    ),
                },
                per_user: sessions_per_user(&setting("DOORWARD_SESSIONS_PER_USER", &texts.sessions_per_user))?,
            },
            cookie: cookie(&texts, is_https)?,
            argon2: argon2(&texts)?,
            hash_threads: match given("DOORWARD_HASH_THREADS", texts.hash_threads.as_ref()) {
                None => std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
                Some(threads) => hash_threads(&threads)?,
            },
            sign_up: SignUpPolicy {
                open: setting("DOORWARD_SIGNUP", &texts.signup).one_of([("open", true), ("closed", false)])?,
                usernames: setting("DOORWARD_USERNAMES", &texts.usernames).one_of([
                    ("unicode", UsernamePolicy::Unicode),
                    ("precis", UsernamePolicy::Precis),
                    ("ascii", UsernamePolicy::Ascii),
                ])?,
                passwords: PasswordPolicy {
                    min_chars: password_min(&setting("DOORWARD_PASSWORD_MIN", &texts.password_min))?,
                    blocklist: setting("DOORWARD_PASSWORD_BLOCKLIST", &texts.password_blocklist)
                        .one_of([("on", true), ("off", false)])?,
                },
            },
            throttle: setting("DOORWARD_THROTTLE", &texts.throttle)
                .one_of([("on", Some(ThrottleLimits::DEFAULT)), ("off", None)])?,
            trusted_proxies: given("DOORWARD_TRUSTED_PROXIES", texts.trusted_proxies.as_ref())
                .map_or(Ok(vec![]), |list| proxies(&list))?,
            trusted_origins: origins("DOORWARD_TRUSTED_ORIGINS", texts.trusted_origins.as_ref())?,
            return_origins: origins("DOORWARD_RETURN_ORIGINS", texts.return_origins.as_ref())?,
            site: site(&texts)?,
            language: language(&setting("DOORWARD_LANGUAGE", &texts.language))?,
            log: LogSettings {
                filter: log_filter(&setting("DOORWARD_LOG", &texts.log))?,
                json: setting("DOORWARD_LOG_FORMAT", &texts.log_format).one_of([("text", false), ("json", true)])?,
            },
        })
    }
}

impl Settings {
    /// Reads settings from flags alone, as they stand after the program's name, and nothing from the environment.
    ///
    /// # Errors
    /// A line that says what is wrong.
    pub fn from_flags<'a>(flags: impl IntoIterator<Item = &'a str>) -> Result<Self, String> {
        match CommandLine::read_from(std::iter::once("doorward").chain(flags)) {
            Invocation::Serve(command_line) => Self::try_from(*command_line).map_err(|wrong| wrong.to_string()),
            Invocation::Run(..) => Err("there is a command among the flags".to_owned()),
            Invocation::Print(text) | Invocation::Wrong(text) => Err(text),
        }
    }
}

/// A name is looked up once, now.
fn listen(address: &Setting<'_>) -> Result<SocketAddr, WrongSetting> {
    let found = address.value.trim().to_socket_addrs().ok().and_then(|mut addresses| addresses.next());
    found.ok_or_else(|| address.wrong("an address and a port, such as 127.0.0.1:8080, [::]:8080 or localhost:8080"))
}

/// The store, with sessions kept as the operator says.
fn session_lease(store: StoreUrl, texts: &CommandLine) -> Result<StoreUrl, WrongSetting> {
    let Some(setting) = given("DOORWARD_SESSION_LEASE", texts.session_lease.as_ref()) else { return Ok(store) };
    let lease = || setting.duration().ok().and_then(SessionLease::new);
    let lease = match setting.value {
        "off" => None,
        _ => Some(lease().ok_or_else(|| setting.wrong("off or a duration from 1ms to 5s"))?),
    };
    let allowed = "left out with an SQLite store, in front of which sessions are kept for a second";
    store.with_session_lease(lease).ok_or_else(|| setting.wrong(allowed))
}

/// A store's URL may hold a password, so the value is never part of what is said about it.
fn store(url: &str) -> Result<StoreUrl, WrongSetting> {
    url.trim().parse().map_err(|error: doorward_adapters_sql::InvalidStoreUrl| {
        let scheme = url.split_once(':').map(|(scheme, _)| scheme.trim());
        let is_scheme = |scheme: &&str| scheme.len() <= 16 && scheme.chars().all(|c| c.is_ascii_alphabetic());
        let shown = scheme.filter(is_scheme).map_or("…".to_owned(), |scheme| format!("{scheme}:…"));
        Setting { variable: "DATABASE_URL", value: &shown }
            .wrong(format!("sqlite:FILE, sqlite::memory: or postgres://USER:PASSWORD@HOST/DATABASE ({error})"))
    })
}

fn cookie(texts: &CommandLine, is_https: bool) -> Result<CookieSettings, WrongSetting> {
    let name = Setting { variable: "DOORWARD_COOKIE_NAME", value: texts.cookie_name.trim() };
    // RFC 6265, 4.1.1: a token of RFC 9110, 5.6.2.
    let is_token_char = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    if name.value.is_empty() || !name.value.chars().all(is_token_char) {
        return Err(name.wrong("a name of ASCII letters, digits, - and _"));
    }
    let domain = given("DOORWARD_COOKIE_DOMAIN", texts.cookie_domain.as_ref());
    if let Some(domain) = &domain {
        let labels = domain.value.strip_prefix('.').unwrap_or(domain.value).split('.');
        let is_label = |label: &str| !label.is_empty() && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        if !labels.into_iter().all(is_label) {
            return Err(domain.wrong("a domain such as example.com"));
        }
    }
    // Browsers look at the prefixes of RFC 6265bis, 4.1.3 without regard to letter case.
    let has_prefix =
        |prefix: &str| name.value.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
    if has_prefix("__Host-") && (!is_https || domain.is_some()) {
        return Err(name.wrong("without __Host- where DOORWARD_PUBLIC_URL is http or DOORWARD_COOKIE_DOMAIN is set"));
    }
    if has_prefix("__Secure-") && !is_https {
        return Err(name.wrong("without __Secure- where DOORWARD_PUBLIC_URL is http"));
    }
    Ok(CookieSettings { name: name.value.to_owned(), domain: domain.map(|domain| domain.value.to_owned()) })
}

fn argon2(texts: &CommandLine) -> Result<Argon2Cost, WrongSetting> {
    let memory = Setting { variable: "DOORWARD_ARGON2_MEMORY_KIB", value: &texts.argon2_memory_kib };
    let iterations = Setting { variable: "DOORWARD_ARGON2_ITERATIONS", value: &texts.argon2_iterations };
    let lanes = Setting { variable: "DOORWARD_ARGON2_LANES", value: &texts.argon2_lanes };
    let number = "a whole number";
    Argon2Cost::new(memory.parse(number)?, iterations.parse(number)?, lanes.parse(number)?).map_err(|error| {
        let wrong = match error {
            InvalidArgon2Cost::Lanes => lanes,
            InvalidArgon2Cost::Memory { .. } => memory,
            InvalidArgon2Cost::Iterations { .. } => iterations,
        };
        wrong.wrong(format!("such that it holds: {error}"))
    })
}

fn hash_threads(threads: &Setting<'_>) -> Result<NonZeroUsize, WrongSetting> {
    const MOST: usize = 1_024;
    let allowed = format!("a whole number from 1 to {MOST}");
    let number: NonZeroUsize = threads.parse(&allowed)?;
    if number.get() <= MOST { Ok(number) } else { Err(threads.wrong(allowed)) }
}

fn password_min(characters: &Setting<'_>) -> Result<usize, WrongSetting> {
    let allowed = format!("a whole number from 1 to {}", Password::MAX_CHARS);
    let number = characters.parse(&allowed)?;
    if (1..=Password::MAX_CHARS).contains(&number) { Ok(number) } else { Err(characters.wrong(allowed)) }
}

fn sessions_per_user(most: &Setting<'_>) -> Result<Option<NonZeroU32>, WrongSetting> {
    match most.value.trim() {
        "off" => Ok(None),
        _ => most.parse("off or a whole number, 1 or more").map(Some),
    }
}

/// An address alone is the block of that one address.
fn proxies(list: &Setting<'_>) -> Result<Vec<IpNet>, WrongSetting> {
    struct Block(IpNet);
    impl FromStr for Block {
        type Err = ();
        fn from_str(text: &str) -> Result<Self, ()> {
            let block = text.parse::<IpNet>().or_else(|_| text.parse::<IpAddr>().map(IpNet::from)).map_err(|_| ())?;
            Ok(Self(unmapped(block)))
        }
    }
    let blocks = list.list::<Block>("a list of IP addresses and CIDR blocks such as 10.0.0.0/8")?;
    Ok(blocks.into_iter().map(|Block(block)| block).collect())
}

/// A block of IPv4 addresses in IPv6 clothes as what it is; peers lose these clothes as well.
fn unmapped(block: IpNet) -> IpNet {
    const PREFIX: u8 = 96;
    let IpNet::V6(mapped) = block else { return block };
    let v4 = mapped.addr().to_ipv4_mapped().zip(mapped.prefix_len().checked_sub(PREFIX));
    v4.and_then(|(address, prefix)| Ipv4Net::new(address, prefix).ok()).map_or(block, IpNet::V4)
}

/// A word that stands alone must be a level: as a target it would turn everything else off, and is most often a misspelt
/// level.
fn log_filter(filter: &Setting<'_>) -> Result<EnvFilter, WrongSetting> {
    const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];
    let allowed = "off, error, warn, info, debug or trace, or a tracing filter such as info,sqlx=warn";
    let alone = filter.value.split(',').map(str::trim).filter(|part| !part.contains(['=', '[']));
    if alone.clone().all(|word| LEVELS.iter().any(|level| level.eq_ignore_ascii_case(word))) {
        filter.parse(allowed)
    } else {
        Err(filter.wrong(allowed))
    }
}

fn language(language: &Setting<'_>) -> Result<Option<Language>, WrongSetting> {
    let [english, german] = Language::ALL.map(|language| (language.tag(), Some(language)));
    language.one_of([("auto", None), english, german])
}

fn site(texts: &CommandLine) -> Result<Site, WrongSetting> {
    Ok(Site {
        name: given("DOORWARD_SITE_NAME", texts.site_name.as_ref()).map(|name| site_name(&name)).transpose()?,
        color: given("DOORWARD_SITE_COLOR", texts.site_color.as_ref())
            .map(|color| color.parse("a colour such as #2f5d50"))
            .transpose()?,
        logo: given("DOORWARD_SITE_LOGO", texts.site_logo.as_ref()).map(|file| logo(&file)).transpose()?,
    })
}

/// What every page says at its top.
fn site_name(name: &Setting<'_>) -> Result<String, WrongSetting> {
    const MOST: usize = 60;
    let fits = name.value.chars().count() <= MOST && !name.value.chars().any(char::is_control);
    if fits {
        Ok(name.value.to_owned())
    } else {
        Err(name.wrong(format!("a name of at most {MOST} characters in one line")))
    }
}

fn logo(file: &Setting<'_>) -> Result<Logo, WrongSetting> {
    let allowed = format!("a file of SVG, PNG, JPEG or WebP of at most {} KiB", Logo::MAX_BYTES / 1_024);
    let bytes = read_file(file.value, Logo::MAX_BYTES).map_err(|error| file.wrong(format!("{allowed} ({error})")))?;
    Logo::parse(bytes).map_err(|error| file.wrong(format!("{allowed} ({error})")))
}

/// Reads a file, and no more of it than shows that it is too long.
fn read_file(path: &str, most: usize) -> io::Result<Vec<u8>> {
    // Asked before it is opened: a pipe that nobody writes to would be waited for.
    if !std::fs::metadata(path)?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no file"));
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(most as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn origins(variable: &'static str, value: Option<&String>) -> Result<Vec<Origin>, WrongSetting> {
    let allowed = "a list of http and https origins such as https://app.example.com, never *";
    given(variable, value).map_or(Ok(vec![]), |list| list.list(allowed))
}
