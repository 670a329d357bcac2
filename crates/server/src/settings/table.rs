//! The table of settings. To add one: an entry here and the field that it fills.

use std::time::Duration;

use doorward_adapters_http::Language;
use doorward_app::SignUpMode;
use doorward_domain::{ThrottleLimits, UsernamePolicy};

use super::types::{DEFAULT_LOG, DEFAULT_STORE, Settings};
use super::values::{Value, WrongSetting};

/// A setting.
pub(crate) struct Setting {
    /// The part of `--help` and of the reference that it stands in.
    pub(crate) section: Section,
    /// The environment variable.
    pub(crate) variable: &'static str,
    /// The flag, without its hyphens.
    pub(crate) flag: &'static str,
    /// What stands for the value in `--help`.
    pub(crate) value_name: &'static str,
    /// What it decides, in a line.
    pub(crate) help: &'static str,
    /// The default as people read it; `None` where there is none.
    default: fn(&Settings) -> Option<String>,
    /// Sets it.
    pub(super) apply: fn(&mut Settings, Value<'_>) -> Result<(), WrongSetting>,
}

impl Setting {
    /// The default as people read it; `None` where there is none.
    pub(crate) fn default(&self) -> Option<String> {
        (self.default)(&Settings::default_values())
    }

    /// Whether the value may hold a password and is never shown. The settings with a form for a file are those.
    pub(crate) fn is_secret(&self) -> bool {
        self.in_file().is_some()
    }

    /// The setting that names a file with the value of this one.
    pub(super) fn in_file(&self) -> Option<&'static Setting> {
        TABLE.iter().find(|other| other.variable.strip_suffix(IN_FILE) == Some(self.variable))
    }
}

/// A part of `--help` and of the reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Section {
    Address,
    Store,
    Sessions,
    Passwords,
    Access,
    Pages,
    Log,
}

impl Section {
    /// Its heading.
    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::Address => "Address",
            Self::Store => "Store",
            Self::Sessions => "Sessions and their cookie",
            Self::Passwords => "Passwords",
            Self::Access => "Access",
            Self::Pages => "Pages",
            Self::Log => "Log",
        }
    }
}

/// The end of a variable that names a file with a secret.
const IN_FILE: &str = "_FILE";

const ON_OFF: [(&str, bool); 2] = [("on", true), ("off", false)];
const SIGN_UP_MODES: [(&str, SignUpMode); 3] =
    [("open", SignUpMode::Open), ("invite", SignUpMode::Invite), ("closed", SignUpMode::Closed)];
const USERNAMES: [(&str, UsernamePolicy); 3] =
    [("unicode", UsernamePolicy::Unicode), ("precis", UsernamePolicy::Precis), ("ascii", UsernamePolicy::Ascii)];
const WHOLE_NUMBER: &str = "a whole number";
const ORIGINS: &str = "a list of http and https origins such as https://app.example.com, never *";
const RETURN_ORIGINS: &str =
    "a list of http and https origins such as https://app.example.com or https://*.example.com, without paths";

/// Every setting, in the order of `--help` and the reference.
pub(crate) static TABLE: [Setting; 38] = [
    Setting {
        section: Section::Address,
        variable: "DOORWARD_LISTEN",
        flag: "listen",
        value_name: "ADDRESS:PORT|unix:PATH",
        help: "The address to listen on, or the path of a Unix socket; port 0 takes a free one",
        default: |s| Some(s.listen.to_string()),
        apply: |s, v| set(&mut s.listen, v.listen()),
    },
    Setting {
        section: Section::Address,
        variable: "DOORWARD_PUBLIC_URL",
        flag: "public-url",
        value_name: "URL",
        help: "The URL that people open; https makes cookies Secure",
        default: |_| Some("http://localhost with the port of --listen".to_owned()),
        apply: |s, v| {
            set(
                &mut s.public_origin,
                v.parse("an http or https URL without a path, such as https://login.example.com").map(Some),
            )
        },
    },
    Setting {
        section: Section::Address,
        variable: "DOORWARD_HSTS_SUBDOMAINS",
        flag: "hsts-subdomains",
        value_name: "on|off",
        help: "Whether browsers insist on https for the subdomains of the public URL's host, too",
        default: |s| Some(on_off(s.hsts_subdomains)),
        apply: |s, v| set(&mut s.hsts_subdomains, v.one_of(ON_OFF)),
    },
    Setting {
        section: Section::Address,
        variable: "DOORWARD_TRUSTED_PROXIES",
        flag: "trusted-proxies",
        value_name: "LIST",
        help: "Addresses and CIDR blocks whose X-Forwarded-For, -Proto and -Host are believed",
        default: |_| None,
        apply: |s, v| set(&mut s.trusted_proxies, v.proxies()),
    },
    Setting {
        section: Section::Address,
        variable: "DOORWARD_METRICS_LISTEN",
        flag: "metrics-listen",
        value_name: "ADDRESS:PORT",
        help: "The address that serves /metrics for Prometheus; without it metrics are not served",
        default: |_| None,
        apply: |s, v| set(&mut s.metrics_listen, v.tcp_address().map(Some)),
    },
    Setting {
        section: Section::Address,
        variable: "DOORWARD_ADMIN_LISTEN",
        flag: "admin-listen",
        value_name: "ADDRESS:PORT|unix:PATH",
        help: "The address that serves the admin API; without it the admin API is not served",
        default: |_| None,
        apply: |s, v| set(&mut s.admin_listen, v.listen().map(Some)),
    },
    Setting {
        section: Section::Address,
        variable: "DOORWARD_ADMIN_TOKENS_FILE",
        flag: "admin-tokens-file",
        value_name: "FILE",
        help: "A file of the admin API's tokens, one `name token` a line; read anew on SIGHUP",
        default: |_| None,
        apply: |s, v| set(&mut s.admin_tokens, v.admin_tokens().map(Some)),
    },
    Setting {
        section: Section::Address,
        variable: "DOORWARD_KEEP_ALIVE",
        flag: "keep-alive",
        value_name: "DURATION",
        help: "How long a connection waits for its next request; longer than the proxy in front keeps it",
        default: |s| Some(duration(s.keep_alive)),
        apply: |s, v| set(&mut s.keep_alive, v.at_most_a_day()),
    },
    Setting {
        section: Section::Store,
        variable: "DATABASE_URL",
        flag: "database-url",
        value_name: "URL",
        help: "The store: `sqlite:FILE`, created when missing, or `postgres://…`",
        default: |_| Some(DEFAULT_STORE.to_owned()),
        apply: |s, v| set(&mut s.store, v.store()),
    },
    Setting {
        section: Section::Store,
        variable: "DATABASE_URL_FILE",
        flag: "database-url-file",
        value_name: "FILE",
        help: "A file that holds the value of DATABASE_URL, instead of that variable",
        default: |_| None,
        apply: |s, v| {
            s.secret_files.push((v.variable, v.text.into()));
            set(&mut s.store, v.store_in_file())
        },
    },
    Setting {
        section: Section::Sessions,
        variable: "DOORWARD_SESSION_ACTIVE",
        flag: "session-active",
        value_name: "DURATION",
        help: "How long a session is active after it was opened or renewed",
        default: |s| Some(duration(s.sessions.active)),
        apply: |s, v| set(&mut s.sessions.active, v.duration()),
    },
    Setting {
        section: Section::Sessions,
        variable: "DOORWARD_SESSION_IDLE",
        flag: "session-idle",
        value_name: "DURATION",
        help: "How long a session is idle after that, before it is dead",
        default: |s| Some(duration(s.sessions.idle)),
        apply: |s, v| set(&mut s.sessions.idle, v.duration()),
    },
    Setting {
        section: Section::Sessions,
        variable: "DOORWARD_SESSION_MAX",
        flag: "session-max",
        value_name: "DURATION|off",
        help: "The longest life of a session, however often it is renewed",
        default: |s| Some(s.sessions.longest.map_or_else(off, duration)),
        apply: |s, v| set(&mut s.sessions.longest, v.duration_or_off()),
    },
    Setting {
        section: Section::Sessions,
        variable: "DOORWARD_SESSIONS_PER_USER",
        flag: "sessions-per-user",
        value_name: "N|off",
        help: "The most sessions that a user has at once; the oldest is revoked when one more is opened",
        default: |s| Some(s.sessions.per_user.map_or_else(off, |most| most.to_string())),
        apply: |s, v| set(&mut s.sessions.per_user, v.sessions_per_user()),
    },
    Setting {
        section: Section::Sessions,
        variable: "DOORWARD_COOKIE_NAME",
        flag: "cookie-name",
        value_name: "NAME",
        help: "The name of the session cookie",
        default: |s| Some(s.cookie.name.clone()),
        apply: |s, v| set(&mut s.cookie.name, v.cookie_name()),
    },
    Setting {
        section: Section::Sessions,
        variable: "DOORWARD_COOKIE_DOMAIN",
        flag: "cookie-domain",
        value_name: "DOMAIN",
        help: "A domain whose subdomains all get the session cookie",
        default: |_| None,
        apply: |s, v| set(&mut s.cookie.domain, v.cookie_domain().map(Some)),
    },
    Setting {
        section: Section::Passwords,
        variable: "DOORWARD_PASSWORD_MIN",
        flag: "password-min",
        value_name: "N",
        help: "The fewest characters of a new password",
        default: |s| Some(s.sign_up.passwords.min_chars.to_string()),
        apply: |s, v| set(&mut s.sign_up.passwords.min_chars, v.password_min()),
    },
    Setting {
        section: Section::Passwords,
        variable: "DOORWARD_PASSWORD_BLOCKLIST",
        flag: "password-blocklist",
        value_name: "on|off",
        help: "Whether passwords that are guessed first are refused",
        default: |s| Some(on_off(s.sign_up.passwords.blocklist)),
        apply: |s, v| set(&mut s.sign_up.passwords.blocklist, v.one_of(ON_OFF)),
    },
    Setting {
        section: Section::Passwords,
        variable: "DOORWARD_PASSWORD_WORDS",
        flag: "password-words",
        value_name: "FILE",
        help: "A file of words that are no passwords here, one a line: the names of your products, places and teams",
        default: |_| None,
        apply: |s, v| set(&mut s.password_words, v.password_words()),
    },
    Setting {
        section: Section::Passwords,
        variable: "DOORWARD_ARGON2_MEMORY_KIB",
        flag: "argon2-memory-kib",
        value_name: "KIB",
        help: "The memory of an Argon2id hash, in KiB",
        default: |s| Some(s.argon2_numbers.memory_kib.to_string()),
        apply: |s, v| set(&mut s.argon2_numbers.memory_kib, v.parse(WHOLE_NUMBER)),
    },
    Setting {
        section: Section::Passwords,
        variable: "DOORWARD_ARGON2_ITERATIONS",
        flag: "argon2-iterations",
        value_name: "N",
        help: "The passes of an Argon2id hash over its memory",
        default: |s| Some(s.argon2_numbers.iterations.to_string()),
        apply: |s, v| set(&mut s.argon2_numbers.iterations, v.parse(WHOLE_NUMBER)),
    },
    Setting {
        section: Section::Passwords,
        variable: "DOORWARD_ARGON2_LANES",
        flag: "argon2-lanes",
        value_name: "N",
        help: "The lanes of an Argon2id hash",
        default: |s| Some(s.argon2_numbers.lanes.to_string()),
        apply: |s, v| set(&mut s.argon2_numbers.lanes, v.parse(WHOLE_NUMBER)),
    },
    Setting {
        section: Section::Passwords,
        variable: "DOORWARD_HASH_THREADS",
        flag: "hash-threads",
        value_name: "N",
        help: "How many passwords are hashed at once",
        default: |_| Some("the number of cores".to_owned()),
        apply: |s, v| set(&mut s.hash_threads, v.hash_threads()),
    },
    Setting {
        section: Section::Access,
        variable: "DOORWARD_SIGNUP",
        flag: "signup",
        value_name: "open|invite|closed",
        help: "Who may sign up: anyone, persons with an invitation, or no one",
        default: |s| Some(name_of(&SIGN_UP_MODES, s.sign_up.mode)),
        apply: |s, v| set(&mut s.sign_up.mode, v.one_of(SIGN_UP_MODES)),
    },
    Setting {
        section: Section::Access,
        variable: "DOORWARD_USERNAMES",
        flag: "usernames",
        value_name: "unicode|precis|ascii",
        help: "Which characters a new username may have",
        default: |s| Some(name_of(&USERNAMES, s.sign_up.usernames.policy)),
        apply: |s, v| set(&mut s.sign_up.usernames.policy, v.one_of(USERNAMES)),
    },
    Setting {
        section: Section::Access,
        variable: "DOORWARD_USERNAME_MAX",
        flag: "username-max",
        value_name: "N",
        help: "The most characters of a new username, and of a name typed at login",
        default: |s| Some(s.sign_up.usernames.max_chars.to_string()),
        apply: |s, v| set(&mut s.sign_up.usernames.max_chars, v.username_max()),
    },
    Setting {
        section: Section::Access,
        variable: "DOORWARD_RESERVED_USERNAMES",
        flag: "reserved-usernames",
        value_name: "LIST|off",
        help: "Usernames that sign-up refuses, instead of the default ones",
        default: |s| Some(s.sign_up.reserved.names().collect::<Vec<_>>().join(", ")),
        apply: |s, v| set(&mut s.sign_up.reserved, v.reserved_usernames()),
    },
    Setting {
        section: Section::Access,
        variable: "DOORWARD_THROTTLE",
        flag: "throttle",
        value_name: "on|off",
        help: "Whether guesses at passwords, and sign-ups, are limited; off is for tests and benchmarks",
        default: |s| Some(on_off(s.throttle.is_some())),
        apply: |s, v| set(&mut s.throttle, v.one_of(ON_OFF).map(|is_on| is_on.then_some(ThrottleLimits::DEFAULT))),
    },
    Setting {
        section: Section::Access,
        variable: "DOORWARD_TRUSTED_ORIGINS",
        flag: "trusted-origins",
        value_name: "LIST",
        help: "Other origins that may post here and read the answers (CORS)",
        default: |_| None,
        apply: |s, v| set(&mut s.trusted_origins, v.list(ORIGINS)),
    },
    Setting {
        section: Section::Access,
        variable: "DOORWARD_RETURN_ORIGINS",
        flag: "return-origins",
        value_name: "LIST",
        help: "Other origins that `next` may lead to",
        default: |_| None,
        apply: |s, v| set(&mut s.return_origins, v.list(RETURN_ORIGINS)),
    },
    Setting {
        section: Section::Pages,
        variable: "DOORWARD_APP_URL",
        flag: "app-url",
        value_name: "URL",
        help: "Your app, where a sign-in without `next` leads and each page links back to; its origin is a return origin",
        default: |_| None,
        apply: |s, v| set(&mut s.app_url, v.parse("an http or https URL, or a path such as /app").map(Some)),
    },
    Setting {
        section: Section::Pages,
        variable: "DOORWARD_APP_NAME",
        flag: "app-name",
        value_name: "NAME",
        help: "The name of your app in the link back to it; without it the app's host",
        default: |_| None,
        apply: |s, v| set(&mut s.app_name, v.site_name().map(Some)),
    },
    Setting {
        section: Section::Pages,
        variable: "DOORWARD_LANGUAGE",
        flag: "language",
        value_name: "auto|en|de|fr|es|pt|nl",
        help: "The language of the pages; `auto` is each reader's own, or English",
        default: |s| Some(s.language.map_or("auto", Language::tag).to_owned()),
        apply: |s, v| set(&mut s.language, v.language()),
    },
    Setting {
        section: Section::Pages,
        variable: "DOORWARD_SITE_NAME",
        flag: "site-name",
        value_name: "NAME",
        help: "The name of your site on the pages; without it Doorward, in the title alone",
        default: |_| None,
        apply: |s, v| set(&mut s.site.name, v.site_name().map(Some)),
    },
    Setting {
        section: Section::Pages,
        variable: "DOORWARD_SITE_COLOR",
        flag: "site-color",
        value_name: "COLOR",
        help: "The colour of the pages' buttons and links, as `#2f5d50`",
        default: |_| None,
        apply: |s, v| set(&mut s.site.color, v.parse("a colour such as #2f5d50").map(Some)),
    },
    Setting {
        section: Section::Pages,
        variable: "DOORWARD_SITE_LOGO",
        flag: "site-logo",
        value_name: "FILE",
        help: "A picture above every page's heading: a file of SVG, PNG, JPEG or WebP",
        default: |_| None,
        apply: |s, v| set(&mut s.site.logo, v.logo().map(Some)),
    },
    Setting {
        section: Section::Log,
        variable: "DOORWARD_LOG",
        flag: "log",
        value_name: "FILTER",
        help: "What is logged, as a filter of the `tracing` crate",
        default: |_| Some(DEFAULT_LOG.to_owned()),
        apply: |s, v| set(&mut s.log.filter, v.log_filter()),
    },
    Setting {
        section: Section::Log,
        variable: "DOORWARD_LOG_FORMAT",
        flag: "log-format",
        value_name: "text|json",
        help: "The format of the log",
        default: |s| Some(if s.log.json { "json" } else { "text" }.to_owned()),
        apply: |s, v| set(&mut s.log.json, v.one_of([("text", false), ("json", true)])),
    },
];

/// Fills a field.
fn set<T>(field: &mut T, value: Result<T, WrongSetting>) -> Result<(), WrongSetting> {
    *field = value?;
    Ok(())
}

fn off() -> String {
    "off".to_owned()
}

fn on_off(is_on: bool) -> String {
    name_of(&ON_OFF, is_on)
}

/// The name of a choice.
fn name_of<T: Copy + PartialEq>(choices: &[(&str, T)], chosen: T) -> String {
    choices.iter().find(|(_, choice)| *choice == chosen).map_or_else(String::new, |(name, _)| (*name).to_owned())
}

/// A duration as an operator writes it, in its largest whole unit.
fn duration(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let unit = [(86_400, "d"), (3_600, "h"), (60, "m")].into_iter().find(|(unit, _)| seconds.is_multiple_of(*unit));
    unit.map_or_else(|| format!("{seconds}s"), |(unit, name)| format!("{}{name}", seconds / unit))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_setting_has_a_variable_and_the_flag_of_its_name() {
        let variables: HashSet<_> = TABLE.iter().map(|setting| setting.variable).collect();
        assert_eq!(variables.len(), TABLE.len());
        for Setting { variable, flag, .. } in &TABLE {
            let name = variable.strip_prefix("DOORWARD_").unwrap_or(variable);
            assert_eq!(*flag, name.to_lowercase().replace('_', "-"));
        }
    }

    #[test]
    fn the_store_is_a_secret_and_may_be_in_a_file() {
        let secrets: Vec<_> = TABLE.iter().filter(|setting| setting.is_secret()).collect();
        assert_eq!(secrets.iter().map(|setting| setting.variable).collect::<Vec<_>>(), ["DATABASE_URL"]);
        assert_eq!(secrets[0].in_file().map(|file| file.flag), Some("database-url-file"));
    }

    #[test]
    fn every_default_is_an_allowed_value_that_changes_nothing() {
        const DESCRIBED: [&str; 2] = ["DOORWARD_PUBLIC_URL", "DOORWARD_HASH_THREADS"];
        for setting in TABLE.iter().filter(|setting| !DESCRIBED.contains(&setting.variable)) {
            let Some(text) = setting.default() else { continue };
            let settings = Settings::from_texts(|variable| (variable == setting.variable).then_some(text.as_str()));
            let settings = settings.expect("an allowed value");
            assert_eq!((setting.default)(&settings).as_deref(), Some(text.as_str()), "{}", setting.variable);
            assert_eq!(format!("{settings:?}"), format!("{:?}", Settings::default_values()), "{}", setting.variable);
        }
    }

    #[test]
    fn a_duration_is_written_in_its_largest_whole_unit() {
        for (seconds, text) in [(86_400, "1d"), (1_209_600, "14d"), (5_400, "90m"), (7_200, "2h"), (61, "61s")] {
            assert_eq!(duration(Duration::from_secs(seconds)), text);
        }
    }
}
