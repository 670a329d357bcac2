//! Doorward, an app and a proxy in front of both, with the settings and the configuration of one section of the page.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;
use tokio::io::AsyncWriteExt;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;

use super::app::App;
use super::program::{self, Certificate, Proxy, Running, Substitutions};
use super::recipe;
use super::visitor::{Answer, PAGE, Visitor};
use crate::process::program::command;
use crate::storage::places;
use crate::support::ports::free_port;
use crate::support::postgres::unprivileged_user;
use crate::support::server::TestServer;

pub const LOGIN: &str = "https://login.example.com";
pub const APP: &str = "https://app.example.com";
pub const PASSWORD: &str = "correct horse";

/// The socket on the page.
const SOCKET: &str = "/run/doorward/doorward.sock";

/// A section of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    SignInPages,
    OneHost,
    ForwardAuth,
    UnixSocket,
    /// Forward auth with the sign-in pages of [`Self::UnixSocket`].
    ForwardAuthOnUnixSocket,
}

impl Section {
    fn heading(self) -> &'static str {
        match self {
            Self::SignInPages => "Sign-in pages",
            Self::OneHost => "App and sign-in on one host",
            Self::ForwardAuth | Self::ForwardAuthOnUnixSocket => "Forward auth",
            Self::UnixSocket => "A Unix socket",
        }
    }

    fn has_socket(self) -> bool {
        matches!(self, Self::UnixSocket | Self::ForwardAuthOnUnixSocket)
    }

    /// The blocks that a proxy runs with. Those of forward auth stand beside the one of the sign-in pages, except
    /// that the block of `HAProxy` has both.
    fn blocks(self, proxy: Proxy) -> Vec<&'static str> {
        let own = |language| recipe::blocks(self.heading(), language);
        let beside = |language| match self {
            Self::ForwardAuth => recipe::blocks(Self::SignInPages.heading(), language),
            Self::ForwardAuthOnUnixSocket => recipe::blocks(Self::UnixSocket.heading(), language),
            Self::SignInPages | Self::OneHost | Self::UnixSocket => vec![],
        };
        match proxy {
            Proxy::Nginx => [beside("nginx"), own("nginx")].concat(),
            Proxy::Caddy => [beside("caddyfile"), own("caddyfile")].concat(),
            Proxy::Traefik => [beside("yaml"), own("yaml")].concat(),
            Proxy::Haproxy if self == Self::ForwardAuth => [own("lua"), own("haproxy")].concat(),
            Proxy::Haproxy => own("haproxy"),
        }
    }
}

/// A proxy with what is behind it.
pub struct Site {
    pub doorward: TestServer,
    _app: App,
    proxy: Running,
    certificate: CertificateDer<'static>,
    /// Has the socket.
    folder: TempDir,
}

impl Site {
    /// Starts everything and waits until the proxy serves; `None` where this machine has no such proxy.
    pub async fn start(proxy: Proxy, section: Section) -> Option<Self> {
        let program = proxy.find()?;
        let folder = folder_for_proxies();
        let socket = folder.path().join("doorward.sock").display().to_string();
        let mut flags = recipe::flags(section.heading());
        if section.has_socket() {
            flags.retain(|flag| !flag.starts_with("--listen="));
            flags.push(format!("--listen=unix:{socket}"));
        }
        let flags: Vec<_> = flags.iter().map(String::as_str).collect();
        let place = places::sqlite().await.expect("SQLite is everywhere");
        let (doorward, app) = (TestServer::start_with(place, &flags).await, App::start().await);
        let certificate = Certificate::new();
        let ports = (doorward.port(), app.port);
        let addresses = if section.has_socket() { on_socket(proxy, &socket, ports.1) } else { on_ports(ports) };
        // Another process may take the port before the proxy binds it.
        for _ in 0..3 {
            let to = Substitutions { addresses: addresses.clone(), port: free_port() };
            let running = program::start(proxy, &program, &section.blocks(proxy), &certificate, &to);
            if let Some(certificate) = serves(&running, proxy, section, &certificate).await {
                return Some(Self { doorward, _app: app, proxy: running, certificate, folder });
            }
            eprintln!("{proxy:?} does not serve:\n{}", running.log());
        }
        panic!("{proxy:?} does not start");
    }

    pub fn visitor(&self) -> Visitor {
        Visitor::of(self.proxy.port, self.certificate.clone())
    }

    /// Creates a user as the operator does, since sign-up is closed, and returns the id.
    pub async fn create_user(&self, name: &str) -> String {
        let store = format!("--database-url={}", self.doorward.place.url);
        let mut command = command(self.folder.path());
        command.args([&store, "--argon2-memory-kib=8", "--argon2-iterations=1"]);
        command.args(["user", "create", name, "--password-stdin", "--json"]);
        let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = piped.spawn().expect("a program that runs");
        let mut input = child.stdin.take().expect("piped");
        input.write_all(PASSWORD.as_bytes()).await.expect("a program that reads");
        drop(input);
        let output = child.wait_with_output().await.expect("an end");
        let user: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        user["userId"].as_str().unwrap_or_else(|| panic!("no id: {user}")).to_owned()
    }

    /// A visitor who has signed in on the sign-in page.
    pub async fn signed_in(&self, name: &str) -> Visitor {
        let mut visitor = self.visitor();
        let fields = [("username", name), ("password", PASSWORD)];
        let answer = visitor.post_form(&format!("{LOGIN}/api/login"), &fields).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        visitor
    }
}

/// What stands on the page for the ports of Doorward and the app, and what it is here.
fn on_ports((doorward, app): (u16, u16)) -> Vec<(&'static str, String)> {
    vec![("127.0.0.1:8080", format!("127.0.0.1:{doorward}")), ("127.0.0.1:3000", format!("127.0.0.1:{app}"))]
}

/// As [`on_ports`], with a socket for Doorward's port, as the page says how to write it for each proxy.
fn on_socket(proxy: Proxy, socket: &str, app: u16) -> Vec<(&'static str, String)> {
    let app = ("127.0.0.1:3000", format!("127.0.0.1:{app}"));
    let named = (SOCKET, socket.to_owned());
    match proxy {
        Proxy::Nginx => {
            let with_path = ("127.0.0.1:8080/", format!("unix:{socket}:/"));
            vec![app, named, with_path, ("127.0.0.1:8080", format!("unix:{socket}"))]
        }
        Proxy::Caddy => vec![app, named, ("127.0.0.1:8080", format!("unix/{socket}"))],
        Proxy::Traefik | Proxy::Haproxy => panic!("the page has no socket for {proxy:?}"),
    }
}

/// A folder whose files belong to the group that the proxies run in, as the group of the page's unit has it.
fn folder_for_proxies() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    if let Some((_, group)) = unprivileged_user() {
        std::os::unix::fs::chown(folder.path(), None, Some(group)).expect("root may give files away");
        // The bit of the group's id hands the group on to files.
        std::fs::set_permissions(folder.path(), Permissions::from_mode(0o2750)).expect("a folder of this process");
    }
    folder
}

/// Waits until the proxy answers on its host, and returns the certificate to trust; `None` if it does not come to it.
async fn serves(
    running: &Running,
    proxy: Proxy,
    section: Section,
    certificate: &Certificate,
) -> Option<CertificateDer<'static>> {
    let asking = async {
        let mut ticks = tokio::time::interval(Duration::from_millis(10));
        loop {
            ticks.tick().await;
            let certificate = match proxy {
                // It has an authority of its own once it has started.
                Proxy::Caddy => {
                    CertificateDer::from_pem_file(running.folder.join("caddy/pki/authorities/local/root.crt")).ok()
                }
                _ => Some(certificate.der.clone()),
            };
            let Some(certificate) = certificate else { continue };
            let mut visitor = Visitor::of(running.port, certificate.clone());
            if is_ready(&mut visitor, section).await {
                return certificate;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(20), asking).await.ok()
}

async fn is_ready(visitor: &mut Visitor, section: Section) -> bool {
    let mut answered = async |url: &str, status: u16| {
        let answer = visitor.try_send("GET", url, &PAGE, "").await;
        answer.is_ok_and(|answer: Answer| answer.status == status)
    };
    match section {
        Section::SignInPages | Section::UnixSocket => answered(&format!("{LOGIN}/login"), 200).await,
        Section::OneHost => {
            answered(&format!("{APP}/"), 200).await && answered(&format!("{APP}/api/config"), 200).await
        }
        Section::ForwardAuth | Section::ForwardAuthOnUnixSocket => {
            answered(&format!("{LOGIN}/login"), 200).await && answered(&format!("{APP}/"), 302).await
        }
    }
}
