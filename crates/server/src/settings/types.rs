//! All that an operator decides, as types, and the rules that hold between settings.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use doorward_adapters_crypto::{Argon2Cost, InvalidArgon2Cost};
use doorward_adapters_http::{App, AppUrl, CookieSettings, Language, Origin, ReturnOrigin, Site};
use doorward_adapters_sql::StoreUrl;
use doorward_app::{Policies, SignUpPolicy};
use doorward_domain::{BlockedWords, PasswordPolicy, SessionPolicy, ThrottleLimits};
use ipnet::IpNet;
use tracing_subscriber::EnvFilter;

use super::values::{Value, WrongSetting};
use crate::admin_tokens::TokensFile;
use crate::connection_timeouts::IDLE_TIMEOUT;
use crate::socket::ListenAddress;

/// The store of a program that is started without settings.
pub(super) const DEFAULT_STORE: &str = "sqlite://doorward.db";
/// What is logged unless the operator says otherwise.
pub(super) const DEFAULT_LOG: &str = "info";

/// All that an operator decides.
#[derive(Debug)]
pub struct Settings {
    pub(crate) listen: ListenAddress,
    /// `None` for `http://localhost` with the port that is listened on, if any.
    pub(crate) public_origin: Option<Origin>,
    /// Whether browsers insist on https for the subdomains of the public URL's host, too.
    pub(crate) hsts_subdomains: bool,
    /// How long a connection waits for its next request.
    pub(crate) keep_alive: Duration,
    /// `None` where metrics are not served.
    pub(crate) metrics_listen: Option<SocketAddr>,
    /// `None` where the admin API is not served.
    pub(crate) admin_listen: Option<ListenAddress>,
    pub(crate) admin_tokens: Option<TokensFile>,
    pub(crate) store: StoreUrl,
    /// The files that secrets were read from, with the variables that name them.
    pub(crate) secret_files: Vec<(&'static str, PathBuf)>,
    pub(crate) sessions: SessionPolicy,
    pub(crate) cookie: CookieSettings,
    pub(crate) argon2: Argon2Cost,
    pub(crate) hash_threads: NonZeroUsize,
    /// Without the blocked words, which come from several settings; [`Self::policies`] has them.
    pub(crate) sign_up: SignUpPolicy,
    /// The lines of the operator's file of words that are no passwords.
    pub(crate) password_words: Vec<String>,
    /// `None` where attempts are not limited.
    pub(crate) throttle: Option<ThrottleLimits>,
    pub(crate) trusted_proxies: Vec<IpNet>,
    pub(crate) trusted_origins: Vec<Origin>,
    pub(crate) return_origins: Vec<ReturnOrigin>,
    /// The app that users come from.
    pub(crate) app_url: Option<AppUrl>,
    pub(crate) app_name: Option<String>,
    pub(crate) site: Site,
    /// `None` for each reader's own.
    pub(crate) language: Option<Language>,
    pub(crate) log: LogSettings,
    /// The three numbers of the Argon2id cost, which are judged together.
    pub(super) argon2_numbers: Argon2Numbers,
}

/// What is logged, and how.
#[derive(Debug)]
pub(crate) struct LogSettings {
    pub(crate) filter: EnvFilter,
    pub(crate) json: bool,
}

/// The numbers of an Argon2id cost, before it is known whether they fit together.
#[derive(Clone, Copy, Debug)]
pub(super) struct Argon2Numbers {
    pub(super) memory_kib: u32,
    pub(super) iterations: u32,
    pub(super) lanes: u32,
}

impl Settings {
    /// The settings of a program that is started without any.
    ///
    /// # Panics
    /// Never: the texts here are constants.
    pub(super) fn default_values() -> Self {
        const WRITTEN_HERE: &str = "the defaults are well-formed";
        let cost = Argon2Cost::DEFAULT;
        Self {
            listen: ListenAddress::Tcp(SocketAddr::from(([127, 0, 0, 1], 8080))),
            public_origin: None,
            hsts_subdomains: false,
            keep_alive: IDLE_TIMEOUT,
            metrics_listen: None,
            admin_listen: None,
            admin_tokens: None,
            store: DEFAULT_STORE.parse().expect(WRITTEN_HERE),
            secret_files: Vec::new(),
            sessions: SessionPolicy::DEFAULT,
            cookie: CookieSettings { name: "auth_session".to_owned(), domain: None },
            argon2: cost,
            hash_threads: std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
            sign_up: SignUpPolicy::default(),
            password_words: Vec::new(),
            throttle: Some(ThrottleLimits::DEFAULT),
            trusted_proxies: Vec::new(),
            trusted_origins: Vec::new(),
            return_origins: Vec::new(),
            app_url: None,
            app_name: None,
            site: Site::default(),
            language: None,
            log: LogSettings { filter: DEFAULT_LOG.parse().expect(WRITTEN_HERE), json: false },
            argon2_numbers: Argon2Numbers {
                memory_kib: cost.memory_kib(),
                iterations: cost.iterations(),
                lanes: cost.lanes(),
            },
        }
    }

    /// What the settings decide about the use cases.
    pub(crate) fn policies(&self) -> Policies {
        let sign_up = self.sign_up.clone();
        let passwords = PasswordPolicy { words: self.blocked_words(), ..sign_up.passwords };
        Policies { sessions: self.sessions, sign_up: SignUpPolicy { passwords, ..sign_up }, throttle: self.throttle }
    }

    /// The app that users come from, named by its host where the operator gives it no name.
    pub(crate) fn app(&self, public_origin: &Origin) -> Option<App> {
        let url = self.app_url.as_ref()?;
        let host = url.host().or_else(|| public_origin.domain()).map(ToOwned::to_owned);
        let name = self.app_name.clone().or(host).unwrap_or_else(|| public_origin.to_string());
        Some(App { location: url.location(public_origin), name })
    }

    /// The origins that `next` may lead to, each with the setting that names it: the return origins and that of the app.
    pub(crate) fn targets<'a>(
        &'a self,
        public_origin: &'a Origin,
    ) -> impl Iterator<Item = (&'static str, ReturnOrigin)> + 'a {
        let listed = self.return_origins.iter().cloned().map(|origin| ("DOORWARD_RETURN_ORIGINS", origin));
        let app = self.app_url.as_ref().and_then(AppUrl::origin).filter(|origin| origin != public_origin);
        listed.chain(app.map(|origin| ("DOORWARD_APP_URL", ReturnOrigin::One(origin))))
    }

    /// The words of the operator's file, the site's name, the public host and its labels but the top-level one. The site's
    /// own count without their spaces and punctuation marks, too.
    fn blocked_words(&self) -> BlockedWords {
        let host = self.public_origin.as_ref().and_then(Origin::domain);
        let labels = host.into_iter().flat_map(|host| host.rsplit('.').skip(1));
        let site = self.site.name.as_deref().into_iter().chain(host).chain(labels);
        let plain: Vec<String> =
            site.clone().map(|word| word.chars().filter(|c| c.is_alphanumeric()).collect()).collect();
        let words = self.password_words.iter().chain(&plain).map(String::as_str);
        BlockedWords::new(words.chain(site))
    }

    /// The cost that the three numbers make together.
    pub(super) fn argon2_cost(&self) -> Result<Argon2Cost, WrongSetting> {
        let Argon2Numbers { memory_kib, iterations, lanes } = self.argon2_numbers;
        Argon2Cost::new(memory_kib, iterations, lanes).map_err(|error| {
            let (variable, number) = match error {
                InvalidArgon2Cost::Lanes => ("DOORWARD_ARGON2_LANES", lanes),
                InvalidArgon2Cost::Memory { .. } => ("DOORWARD_ARGON2_MEMORY_KIB", memory_kib),
                InvalidArgon2Cost::Iterations { .. } => ("DOORWARD_ARGON2_ITERATIONS", iterations),
            };
            Value { variable, text: &number.to_string() }.wrong(format!("such that it holds: {error}"))
        })
    }

    /// Refuses a cookie that browsers drop. They look at the prefixes of RFC 6265bis, 4.1.3 without regard to letter case.
    pub(super) fn check_cookie(&self) -> Result<(), WrongSetting> {
        let CookieSettings { name, domain } = &self.cookie;
        let is_https = self.public_origin.as_ref().is_some_and(Origin::is_https);
        let has_prefix =
            |prefix: &str| name.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
        let value = Value { variable: "DOORWARD_COOKIE_NAME", text: name };
        if has_prefix("__Host-") && (!is_https || domain.is_some()) {
            return Err(
                value.wrong("without __Host- where DOORWARD_PUBLIC_URL is http or DOORWARD_COOKIE_DOMAIN is set")
            );
        }
        if has_prefix("__Secure-") && !is_https {
            return Err(value.wrong("without __Secure- where DOORWARD_PUBLIC_URL is http"));
        }
        Ok(())
    }

    /// Refuses an admin API without tokens, which would serve no client.
    pub(super) fn check_admin(&self) -> Result<(), WrongSetting> {
        match (&self.admin_listen, &self.admin_tokens) {
            (Some(address), None) => Err(Value { variable: "DOORWARD_ADMIN_LISTEN", text: &address.to_string() }
                .wrong("unset where DOORWARD_ADMIN_TOKENS_FILE is not set")),
            _ => Ok(()),
        }
    }

    /// Refuses a wildcard beyond the cookie's domain. Within it the operator says already that every host is theirs.
    pub(super) fn check_return_origins(&self) -> Result<(), WrongSetting> {
        let domain = self.cookie.domain.as_deref();
        let is_beyond = |origin: &&ReturnOrigin| match origin {
            ReturnOrigin::One(_) => false,
            ReturnOrigin::SubdomainsOf(base) => !domain.is_some_and(|domain| base.is_within(domain)),
        };
        let Some(beyond) = self.return_origins.iter().find(is_beyond) else { return Ok(()) };
        let allowed = match domain {
            Some(domain) => format!("without * beyond DOORWARD_COOKIE_DOMAIN, which is {domain}"),
            None => "without * unless DOORWARD_COOKIE_DOMAIN is set".to_owned(),
        };
        Err(Value { variable: "DOORWARD_RETURN_ORIGINS", text: &beyond.to_string() }.wrong(allowed))
    }
}

#[cfg(test)]
mod tests {
    use doorward_domain::{InvalidPassword, Password};

    use super::*;

    #[test]
    fn a_wildcard_return_origin_is_within_the_cookie_domain() {
        let error = |origins: &str, domain: Option<&str>| {
            let text = |variable| match variable {
                "DOORWARD_RETURN_ORIGINS" => Some(origins),
                "DOORWARD_COOKIE_DOMAIN" => domain,
                _ => None,
            };
            Settings::from_texts(text).err().map(|error| error.to_string())
        };
        for (origin, domain) in [
            ("https://*.example.com", "example.com"),
            ("https://*.apps.example.com", ".Example.com"),
            ("http://*.example.com:8080", "example.com"),
            ("https://app.example.org", "example.com"),
        ] {
            assert_eq!(error(origin, Some(domain)), None, "{origin} {domain}");
        }
        for (origin, domain) in [
            ("https://*.com", "example.com"),
            ("https://*.evilexample.com", "example.com"),
            ("https://*.example.com", "apps.example.com"),
        ] {
            let error = error(&format!("https://a.example.com, {origin}"), Some(domain)).expect("an error");
            assert!(error.starts_with(&format!("DOORWARD_RETURN_ORIGINS is {origin:?}, but must be ")), "{error}");
            assert!(error.contains("DOORWARD_COOKIE_DOMAIN") && error.lines().count() == 1, "{error}");
        }
        assert!(error("https://*.example.com", None).is_some());
        assert!(error("https://*.example.com", Some("")).is_some(), "an empty setting is none");
    }

    #[test]
    fn the_site_s_name_and_host_are_blocked_words() {
        let texts =
            [("DOORWARD_SITE_NAME", "Haus & Garten"), ("DOORWARD_PUBLIC_URL", "https://id.green-field.example:8443")];
        let find = |variable: &str| texts.iter().find(|(name, _)| *name == variable).map(|(_, text)| *text);
        let passwords = Settings::from_texts(find).expect("good settings").policies().sign_up.passwords;
        for word in ["haus & garten", "hausgarten", "id.green-field.example", "green-field", "GreenField24"] {
            let refused = Password::parse_new(word, "alice", &passwords).err();
            assert_eq!(refused, Some(InvalidPassword::Common), "{word}");
        }
        for word in ["example2026", "garten & haus", "green fields"] {
            assert!(Password::parse_new(word, "alice", &passwords).is_ok(), "{word}");
        }
    }

    #[test]
    fn an_ip_address_is_no_blocked_word() {
        let url = |variable: &str| (variable == "DOORWARD_PUBLIC_URL").then_some("http://192.168.10.20:8080");
        let passwords = Settings::from_texts(url).expect("good settings").policies().sign_up.passwords;
        assert_eq!(passwords.words, BlockedWords::new([]));
    }
}
