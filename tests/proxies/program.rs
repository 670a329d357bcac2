//! The proxies' programs with the configurations of the page. Each runs in a folder of its own and ends with its test, even
//! after a crash.

use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};

use rcgen::CertifiedKey;
use tokio_rustls::rustls::pki_types::CertificateDer;

use super::recipe::with;
use crate::support::postgres::unprivileged_user;

/// If this variable is set, as in CI, tests fail instead of being skipped when a program is missing.
const REQUIRED: &str = "DOORWARD_TEST_REQUIRE_SERVERS";

/// A proxy of `docs/proxies.md`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proxy {
    Nginx,
    Caddy,
    Traefik,
    Haproxy,
}

impl Proxy {
    fn name(self) -> &'static str {
        match self {
            Self::Nginx => "nginx",
            Self::Caddy => "caddy",
            Self::Traefik => "traefik",
            Self::Haproxy => "haproxy",
        }
    }

    /// Its program: on the path, where Debian puts servers, or where `just traefik` puts Traefik. `None` where this machine
    /// has none, which one loud line says.
    ///
    /// # Panics
    /// Panics if it is missing and [`REQUIRED`] is set.
    pub fn find(self) -> Option<PathBuf> {
        static TOLD: std::sync::Mutex<Vec<Proxy>> = std::sync::Mutex::new(Vec::new());
        let fetched = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("traefik").join("bin");
        let path = std::env::var_os("PATH").unwrap_or_default();
        let folders = std::env::split_paths(&path).chain([PathBuf::from("/usr/sbin"), fetched]);
        let found = folders.map(|folder| folder.join(self.name())).find(|file| file.is_file());
        if found.is_none() {
            assert!(std::env::var_os(REQUIRED).is_none(), "{REQUIRED} is set, but {} is missing", self.name());
            let mut told = TOLD.lock().expect("no panic while it was locked");
            if !told.contains(&self) {
                told.push(self);
                // Not `eprintln!`, which the test harness captures.
                let name = self.name();
                let _ =
                    writeln!(std::io::stderr(), "\n*** No {name} found: the tests of its recipes did NOT run. ***\n");
            }
        }
        found
    }
}

/// A proxy that runs.
pub struct Running {
    pub port: u16,
    pub folder: PathBuf,
    /// The proxy is killed and its folder removed when this closes; the system closes it when this process ends.
    _leash: ChildStdin,
    _shell: Child,
}

impl Running {
    /// Runs the proxy in the foreground, in a folder that has its files and becomes its own.
    fn start(program: &Path, arguments: &[&str], port: u16, folder: PathBuf) -> Self {
        const SCRIPT: &str = r#"
            trap '' INT TERM HUP
            cd "$FOLDER" || exit 1
            "$@" >proxy.log 2>&1 </dev/null &
            cat >/dev/null
            kill -s KILL $!
            rm -rf "$FOLDER" || rm -rf "$FOLDER"
        "#;
        let mut shell = Command::new("sh");
        shell.args(["-c", SCRIPT, "sh"]).arg(program).args(arguments);
        shell.env("FOLDER", &folder).env("HOME", &folder).env("XDG_DATA_HOME", &folder).env("XDG_CONFIG_HOME", &folder);
        shell.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
        if let Some((user, group)) = unprivileged_user() {
            give_away(&folder, user, group);
            shell.uid(user).gid(group);
        }
        let mut shell = shell.spawn().expect("a shell");
        let leash = shell.stdin.take().expect("it is piped");
        Self { port, folder, _leash: leash, _shell: shell }
    }

    /// What the proxy wrote.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.join("proxy.log")).unwrap_or_default()
    }
}

/// Gives a folder and the files in it to a user.
fn give_away(folder: &Path, user: u32, group: u32) {
    let files = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("a file").path());
    for path in files.chain([folder.to_owned()]) {
        if path.is_dir() && path != folder {
            give_away(&path, user, group);
        }
        std::os::unix::fs::chown(&path, Some(user), Some(group)).expect("root may give files away");
    }
}

/// A self-signed certificate of the hosts on the page.
pub struct Certificate {
    pub der: CertificateDer<'static>,
    pem: String,
    key_pem: String,
}

impl Certificate {
    pub fn new() -> Self {
        let hosts = ["login.example.com".to_owned(), "app.example.com".to_owned()];
        let CertifiedKey { cert, signing_key } = rcgen::generate_simple_self_signed(hosts).expect("a certificate");
        Self { der: cert.der().clone(), pem: cert.pem(), key_pem: signing_key.serialize_pem() }
    }

    fn write_into(&self, folder: &Path) {
        write(folder, "example.com.pem", &self.pem);
        write(folder, "example.com.key", &self.key_pem);
        write(folder, "example.com.both.pem", &format!("{}{}", self.pem, self.key_pem));
    }
}

fn write(folder: &Path, file: &str, text: &str) {
    std::fs::write(folder.join(file), text).expect("a file");
}

/// What stands on the page, and what it is in a test.
pub struct Substitutions {
    /// Of Doorward and the app: `("127.0.0.1:8080", …)`.
    pub addresses: Vec<(&'static str, String)>,
    pub port: u16,
}

impl Substitutions {
    /// A block with those that it has: not every one has the app.
    fn in_block(&self, block: &str, more: &[(&str, &str)]) -> String {
        let addresses = self.addresses.iter().filter(|(found, _)| block.contains(found));
        let addresses: Vec<_> = addresses.map(|(found, replacement)| (*found, replacement.as_str())).collect();
        with(block, &[more, &addresses].concat())
    }
}

/// Starts a proxy with these blocks of the page.
pub fn start(proxy: Proxy, program: &Path, blocks: &[&str], certificate: &Certificate, to: &Substitutions) -> Running {
    let folder = tempfile::Builder::new().prefix("doorward-proxy-").tempdir().expect("a folder").keep();
    certificate.write_into(&folder);
    let arguments = match proxy {
        Proxy::Nginx => nginx(&folder, blocks, to),
        Proxy::Caddy => caddy(&folder, blocks, to),
        Proxy::Traefik => traefik(&folder, blocks, to),
        Proxy::Haproxy => haproxy(&folder, blocks, to),
    };
    Running::start(program, &arguments, to.port, folder)
}

/// The servers of the page within the least that nginx needs to run here; Debian's `nginx.conf` includes them likewise.
fn nginx(folder: &Path, blocks: &[&str], to: &Substitutions) -> Vec<&'static str> {
    let (listen, ssl) = (format!("listen 127.0.0.1:{} ssl;", to.port), format!("{}/", folder.display()));
    let servers = blocks.iter().map(|block| to.in_block(block, &[("listen 443 ssl;", &listen), ("/etc/ssl/", &ssl)]));
    let servers: String = servers.collect();
    let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|kind| format!("{kind}_temp_path {ssl}{kind};\n"))
        .concat();
    let file = format!(
        "daemon off;\nmaster_process off;\npid {ssl}pid;\nerror_log stderr;\nevents {{}}\n\
         http {{\naccess_log off;\n{temporary}{servers}}}\n"
    );
    write(folder, "nginx.conf", &file);
    vec!["-p", ".", "-c", "nginx.conf", "-e", "stderr"]
}

/// The sites of the page, with certificates of Caddy's own authority instead of a public one.
fn caddy(folder: &Path, blocks: &[&str], to: &Substitutions) -> Vec<&'static str> {
    let sites: String = blocks.iter().map(|block| to.in_block(block, &[])).collect();
    let options = format!(
        "{{\nadmin off\nauto_https disable_redirects\nlocal_certs\nskip_install_trust\ndefault_bind 127.0.0.1\n\
         https_port {}\n}}\n",
        to.port
    );
    write(folder, "Caddyfile", &(options + &sites));
    vec!["run", "--config", "Caddyfile", "--adapter", "caddyfile"]
}

/// The first block is the static configuration.
fn traefik(folder: &Path, blocks: &[&str], to: &Substitutions) -> Vec<&'static str> {
    let (address, of_page) = (format!("\"127.0.0.1:{}\"", to.port), format!("{}/", folder.display()));
    let fixed = with(blocks[0], &[("\":443\"", &address), ("/etc/traefik/", &of_page)]);
    write(folder, "traefik.yml", &fixed);
    std::fs::create_dir(folder.join("conf.d")).expect("a folder");
    for (number, block) in blocks[1..].iter().enumerate() {
        let certificates = block.contains("/etc/ssl/").then_some(("/etc/ssl/", of_page.as_str()));
        let certificates: Vec<_> = certificates.into_iter().collect();
        write(&folder.join("conf.d"), &format!("{number}.yml"), &to.in_block(block, &certificates));
    }
    vec!["--configFile=traefik.yml"]
}

/// The Lua of the page may stand before its configuration.
fn haproxy(folder: &Path, blocks: &[&str], to: &Substitutions) -> Vec<&'static str> {
    let (bind, here) = (format!("bind 127.0.0.1:{} ", to.port), format!("{}/", folder.display()));
    let (configuration, lua) = blocks.split_last().expect("a block");
    let mut substitutions = vec![("bind :443 ", bind.as_str()), ("/etc/ssl/", here.as_str())];
    if let Some(lua) = lua.first() {
        write(folder, "doorward.lua", &to.in_block(lua, &[]));
        substitutions.push(("/etc/haproxy/doorward.lua", "doorward.lua"));
    }
    let configuration = to.in_block(configuration, &substitutions);
    write(folder, "haproxy.cfg", &configuration);
    vec!["-db", "-f", "haproxy.cfg"]
}
