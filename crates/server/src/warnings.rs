//! What is wrong with settings that are well formed: they have no effect, defeat another setting, or weaken a defence.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use doorward_adapters_http::{CookieSettings, Origin, ReturnOrigin};
use doorward_domain::PasswordPolicy;
use ipnet::IpNet;
use tracing_subscriber::layer::SubscriberExt;

use crate::settings::table::TABLE;
use crate::settings::{LogSettings, Settings};
use crate::similar::similar;
use crate::socket::ListenAddress;

/// The warnings for settings, each one line that names its setting.
pub(crate) fn of_settings(settings: &Settings, public_origin: &Origin) -> Vec<String> {
    let lists = [
        of_addresses(settings, public_origin),
        of_admin(settings),
        of_origins(settings, public_origin),
        of_store(settings),
        of_secret_files(settings),
        of_sessions(settings),
        of_defences(settings),
    ];
    lists.into_iter().flatten().collect()
}

/// The warnings for variables that start like settings and are none, such as misspelt ones.
pub(crate) fn of_unknown_variables() -> Vec<String> {
    let variables = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    variables.filter_map(|name| of_variable(&name)).collect()
}

fn of_variable(name: &str) -> Option<String> {
    let mut known = TABLE.iter().map(|setting| setting.variable);
    if !name.starts_with("DOORWARD_") || known.clone().any(|variable| variable == name) {
        return None;
    }
    let meant = similar(name, &mut known).map_or_else(String::new, |meant| format!("; did you mean {meant}?"));
    Some(format!("{name} is set, but there is no such setting: it has no effect{meant}"))
}

/// The warning for a store that other users of the machine may read: it has every hash.
pub(crate) fn of_store_file(file: Option<&Path>) -> Option<String> {
    let file = file?;
    // SQLite makes the files beside it anew at the start, with the mode of the file.
    let mode = file.metadata().ok()?.permissions().mode();
    (mode & 0o077 != 0)
        .then(|| format!("other users of this machine may open the store: run chmod 600 {}", file.display()))
}

/// The warnings for files with a secret that every user of the machine may read. A group may: systemd gives a credential to
/// the service's user by an access list, which shows as rights of the group.
fn of_secret_files(settings: &Settings) -> Vec<String> {
    let is_open = |path: &Path| path.metadata().is_ok_and(|found| found.permissions().mode() & 0o007 != 0);
    let open = settings.secret_files.iter().filter(|(_, path)| is_open(path));
    open.map(|(variable, path)| {
        let path = path.display();
        format!("{variable} is {path}, which other users of this machine may open: run chmod o= {path}")
    })
    .collect()
}

/// The warning for a log without audit events.
pub(crate) fn of_log(settings: &LogSettings) -> Option<String> {
    let subscriber = tracing_subscriber::registry().with(settings.filter.clone());
    let is_audited = tracing::subscriber::with_default(
        subscriber,
        || tracing::enabled!(target: "doorward::audit", tracing::Level::INFO),
    );
    (!is_audited).then(|| "DOORWARD_LOG leaves out `info`: sign-ins and changes of accounts are not logged".to_owned())
}

fn of_addresses(settings: &Settings, public_origin: &Origin) -> Vec<String> {
    let mut warnings = Vec::new();
    if !public_origin.is_https() && !public_origin.is_loopback() {
        warnings.push(format!(
            "DOORWARD_PUBLIC_URL is {public_origin}: passwords and cookies cross the network in the clear"
        ));
    }
    let is_unix = matches!(settings.listen, ListenAddress::Unix(_));
    // A Unix socket has no port that a browser could open.
    if settings.public_origin.is_none() && (is_unix || !settings.listen.is_local()) {
        warnings.push(format!(
            "DOORWARD_LISTEN is {}, but DOORWARD_PUBLIC_URL is not set: links and the origin check are those of \
             {public_origin}, which other machines cannot open",
            settings.listen
        ));
    }
    if public_origin.is_https() && settings.trusted_proxies.is_empty() && !is_unix {
        warnings.push(format!(
            "DOORWARD_PUBLIC_URL is {public_origin}, but DOORWARD_TRUSTED_PROXIES is not set: all visitors of the proxy \
             that ends TLS share the limits of its address"
        ));
    }
    if settings.hsts_subdomains && !public_origin.is_https() {
        warnings.push(format!(
            "DOORWARD_HSTS_SUBDOMAINS is on, but DOORWARD_PUBLIC_URL is {public_origin}: browsers heed it over https only"
        ));
    }
    // Adjacent blocks are merged, so that two halves of the address space count as the whole.
    if IpNet::aggregate(&settings.trusted_proxies).iter().any(|block| block.prefix_len() == 0) {
        warnings.push(
            "DOORWARD_TRUSTED_PROXIES has every address: any client can claim any address in X-Forwarded-For"
                .to_owned(),
        );
    }
    if let Some(address) = settings.metrics_listen.filter(|address| !address.ip().to_canonical().is_loopback()) {
        warnings.push(format!(
            "DOORWARD_METRICS_LISTEN is {address}, which is not loopback: any client that reaches it reads the metrics"
        ));
    }
    warnings
}

fn of_admin(settings: &Settings) -> Vec<String> {
    match (&settings.admin_listen, &settings.admin_tokens) {
        (None, Some(_)) => vec![
            "DOORWARD_ADMIN_TOKENS_FILE has no effect without DOORWARD_ADMIN_LISTEN: the admin API is not served"
                .to_owned(),
        ],
        (Some(address), _) if !address.is_local() => vec![format!(
            "DOORWARD_ADMIN_LISTEN is {address}, which is not loopback: tokens and passwords cross the network in the clear"
        )],
        _ => vec![],
    }
}

fn of_origins(settings: &Settings, public_origin: &Origin) -> Vec<String> {
    let mut warnings = Vec::new();
    let domain = settings.cookie.domain.as_deref();
    if let Some(domain) = domain {
        if is_public_suffix(domain) {
            warnings.push(format!(
                "DOORWARD_COOKIE_DOMAIN is {domain}, under which anyone can register a name: browsers drop such a cookie"
            ));
        }
        if !public_origin.is_within(domain) {
            warnings.push(format!(
                "DOORWARD_COOKIE_DOMAIN is {domain}, but {public_origin} is not within it: browsers drop the cookie"
            ));
        }
    }
    for (variable, origin) in settings.targets(public_origin) {
        let (origin, is_reached) = match (&origin, domain) {
            (ReturnOrigin::One(origin), Some(domain)) => (origin, origin.is_within(domain)),
            (ReturnOrigin::One(origin), None) => (origin, origin.has_host_of(public_origin)),
            // The start refuses one that is not within the cookie's domain.
            (ReturnOrigin::SubdomainsOf(origin), _) => (origin, true),
        };
        if !is_reached {
            warnings.push(format!(
                "{variable} has {origin}, which the session cookie does not reach: users who are led there \
                 are not signed in, unless DOORWARD_COOKIE_DOMAIN names a domain of both"
            ));
        }
        if public_origin.is_https() && !origin.is_https() && !origin.is_loopback() {
            warnings.push(format!("{variable} has {origin}, which is not https: browsers send it no Secure cookie"));
        }
    }
    for origin in settings.trusted_origins.iter().filter(|origin| !origin.is_https() && !origin.is_loopback()) {
        warnings
            .push(format!("DOORWARD_TRUSTED_ORIGINS has {origin}: an attacker on the network can post as that site"));
    }
    warnings
}

/// Whether browsers keep no cookie for a domain, since independent sites share it: it is on the public suffix list, or has one
/// label, as `localhost`.
fn is_public_suffix(domain: &str) -> bool {
    let domain = domain.trim_matches('.').to_ascii_lowercase();
    !domain.contains('.')
        || psl::suffix(domain.as_bytes()).is_some_and(|suffix| suffix.is_known() && suffix == domain.as_bytes())
}

fn of_store(settings: &Settings) -> Vec<String> {
    let unknown = settings.store.ignored_parameters().iter();
    let mut warnings: Vec<_> =
        unknown.map(|name| format!("the parameter {name} of DATABASE_URL is not known: it has no effect")).collect();
    if settings.store.is_in_memory() {
        warnings.push("DATABASE_URL is sqlite::memory:: every account is gone when the server stops".to_owned());
    }
    warnings
}

fn of_sessions(settings: &Settings) -> Vec<String> {
    let mut warnings = Vec::new();
    let sessions = settings.sessions;
    if let Some(longest) = sessions.longest.filter(|longest| *longest <= sessions.active) {
        warnings.push(format!(
            "DOORWARD_SESSION_MAX is {}, no longer than DOORWARD_SESSION_ACTIVE: DOORWARD_SESSION_IDLE has no effect",
            humantime::format_duration(longest)
        ));
    }
    let unused = sessions.active.saturating_add(sessions.idle);
    if unused > CookieSettings::LIFETIME {
        warnings.push(format!(
            "DOORWARD_SESSION_ACTIVE and DOORWARD_SESSION_IDLE make {}, but browsers keep the cookie for a year",
            humantime::format_duration(unused)
        ));
    }
    warnings
}

fn of_defences(settings: &Settings) -> Vec<String> {
    let passwords = &settings.sign_up.passwords;
    let usual = PasswordPolicy::DEFAULT.min_chars;
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
    let warnings = [
        settings.throttle.is_none().then(|| "DOORWARD_THROTTLE is off: nothing bounds guesses at passwords".to_owned()),
        (passwords.min_chars < usual)
            .then(|| format!("DOORWARD_PASSWORD_MIN is {}, below the default of {usual}", passwords.min_chars)),
        (!passwords.blocklist).then(|| {
            "DOORWARD_PASSWORD_BLOCKLIST is off: the passwords that are guessed first are accepted".to_owned()
        }),
        (!passwords.blocklist && !settings.password_words.is_empty())
            .then(|| "DOORWARD_PASSWORD_WORDS has no effect while DOORWARD_PASSWORD_BLOCKLIST is off".to_owned()),
        settings
            .argon2
            .is_weaker_than_default()
            .then(|| "the Argon2id cost is below the default: stolen hashes are cheaper to guess".to_owned()),
        (settings.hash_threads.get() > cores).then(|| {
            format!(
                "DOORWARD_HASH_THREADS is {}, more than the {cores} cores: each hash takes longer",
                settings.hash_threads
            )
        }),
    ];
    warnings.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The warnings of these flags, beside those of the public URL.
    fn warnings<'a>(flags: impl IntoIterator<Item = &'a str>) -> Vec<String> {
        let settings = Settings::from_flags(flags).expect("allowed values");
        let origin =
            settings.public_origin.clone().unwrap_or_else(|| "http://localhost:8080".parse().expect("an origin"));
        of_settings(&settings, &origin)
    }

    /// The variables that the warnings begin with.
    fn named(flags: &str) -> Vec<String> {
        let first = |warning: &String| warning.split([' ', ',']).next().unwrap_or_default().to_owned();
        warnings(flags.split_whitespace()).iter().map(first).collect()
    }

    #[test]
    fn the_defaults_and_a_usual_site_warn_of_nothing() {
        assert_eq!(named(""), [""; 0]);
        let usual = "--public-url=https://login.example.com --trusted-proxies=127.0.0.1 --cookie-domain=example.com \
                     --return-origins=https://app.example.com --trusted-origins=https://app.example.com \
                     --session-max=30d --metrics-listen=127.0.0.1:9090";
        assert_eq!(named(usual), [""; 0]);
        let socket = "--listen=unix:/run/doorward.sock --public-url=https://login.example.com";
        assert_eq!(named(socket), [""; 0], "the peers of a Unix socket are trusted proxies");
    }

    #[test]
    fn a_misspelt_variable_is_warned_of_with_the_right_one() {
        let told = of_variable("DOORWARD_SINGUP").expect("a warning");
        assert!(told.ends_with("it has no effect; did you mean DOORWARD_SIGNUP?"), "{told}");
        assert_eq!((of_variable("DOORWARD_SIGNUP"), of_variable("SIGNUP")), (None, None));
    }

    #[test]
    fn a_cookie_domain_that_browsers_refuse_is_warned_of() {
        for (domain, host) in [
            ("co.uk", "login.school.co.uk"),
            ("duckdns.org", "school.duckdns.org"),
            ("github.io", "school.github.io"),
            (".CO.UK", "login.school.co.uk"),
            ("com", "example.com"),
            ("localhost", "localhost"),
            ("ck", "www.example.ck"),
        ] {
            let url = format!("--public-url=https://{host}");
            let flags = [url.as_str(), "--trusted-proxies=::1", &format!("--cookie-domain={domain}")].join(" ");
            assert_eq!(named(&flags), ["DOORWARD_COOKIE_DOMAIN"], "{domain}");
        }
        for (domain, host) in [("school.co.uk", "login.school.co.uk"), ("school.duckdns.org", "school.duckdns.org")] {
            let flags = format!("--public-url=https://{host} --trusted-proxies=::1 --cookie-domain={domain}");
            assert_eq!(named(&flags), [""; 0], "{domain}");
        }
        let elsewhere = "--public-url=https://login.example.com --trusted-proxies=::1 --cookie-domain=example.org";
        assert_eq!(named(elsewhere), ["DOORWARD_COOKIE_DOMAIN"]);
        assert_eq!(named("--public-url=http://127.0.0.1:8080 --cookie-domain=127.0.0.1"), ["DOORWARD_COOKIE_DOMAIN"]);
    }

    #[test]
    fn proxies_that_are_everyone_are_warned_of_however_they_are_written() {
        for list in ["0.0.0.0/0", "::/0", "0.0.0.0/1,128.0.0.0/1", "::ffff:0:0/96", "0.0.0.0/2 64.0.0.0/2 128.0.0.0/1"]
        {
            let flag = format!("--trusted-proxies={list}");
            assert!(warnings([flag.as_str()])[0].contains("every address"), "{list}");
        }
        assert_eq!(named("--trusted-proxies=10.0.0.0/8,127.0.0.1"), [""; 0]);
    }

    #[test]
    fn every_other_vain_or_weak_setting_is_named() {
        for (flags, variable) in [
            ("--public-url=http://login.example.com", "DOORWARD_PUBLIC_URL"),
            ("--public-url=https://login.example.com", "DOORWARD_PUBLIC_URL"),
            ("--listen=0.0.0.0:8080", "DOORWARD_LISTEN"),
            ("--hsts-subdomains=on", "DOORWARD_HSTS_SUBDOMAINS"),
            ("--listen=[::]:8080", "DOORWARD_LISTEN"),
            ("--listen=unix:/run/doorward.sock", "DOORWARD_LISTEN"),
            ("--metrics-listen=0.0.0.0:9090", "DOORWARD_METRICS_LISTEN"),
            ("--return-origins=https://app.example.com", "DOORWARD_RETURN_ORIGINS"),
            ("--trusted-origins=http://app.example.com", "DOORWARD_TRUSTED_ORIGINS"),
            ("--database-url=sqlite::memory:", "DATABASE_URL"),
            ("--session-max=1d", "DOORWARD_SESSION_MAX"),
            ("--session-idle=500d", "DOORWARD_SESSION_ACTIVE"),
            ("--throttle=off", "DOORWARD_THROTTLE"),
            ("--password-min=1", "DOORWARD_PASSWORD_MIN"),
            ("--password-blocklist=off", "DOORWARD_PASSWORD_BLOCKLIST"),
            ("--argon2-memory-kib=1024", "the"),
            ("--hash-threads=1000", "DOORWARD_HASH_THREADS"),
        ] {
            assert_eq!(named(flags), [variable], "{flags}");
        }
        let http = "--public-url=https://login.example.com --trusted-proxies=::1 --cookie-domain=example.com \
                    --return-origins=http://app.example.com";
        assert_eq!(named(http), ["DOORWARD_RETURN_ORIGINS"]);
        let unknown = "--database-url=postgres://u:p@localhost/d?schema=public";
        assert!(warnings([unknown])[0].starts_with("the parameter schema"));
    }
}
