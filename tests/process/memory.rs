//! What the memory of the running program holds of passwords, read as a debugger reads it.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write as _};

use reqwest::StatusCode;

use super::program::Program;
use crate::support::client::{Client, Encoding, Reply, cookie, send};

/// Begins each random part of a password, so that memory is searched once for all of them.
const MARK: &str = "zq7wk2xv";

/// A password of random parts between characters that JSON, urlencoded bodies and the blocklist write in another way.
struct Secret {
    what: String,
    typed: String,
    /// The random parts. They read the same in every encoding and every Unicode form of the password.
    parts: [String; 4],
}

impl Secret {
    fn new(what: impl Into<String>) -> Self {
        let mut random = [0; 32];
        File::open("/dev/urandom").and_then(|mut file| file.read_exact(&mut random)).expect("randomness");
        let parts = [0, 1, 2, 3].map(|part| {
            let number = random[8 * part..8 * (part + 1)].iter().fold(0, |number, byte| number << 8 | u64::from(*byte));
            format!("{MARK}{number:016x}")
        });
        let [a, b, c, d] = &parts;
        Self { what: what.into(), typed: format!("{a}\"\\{b} &+%é{c}{d}ﬁ"), parts }
    }
}

/// The program, and the passwords that were sent to it.
struct Sent {
    program: Program,
    secrets: Vec<Secret>,
}

impl Sent {
    fn secret(&mut self, what: &str, encoding: Encoding) -> String {
        let secret = Secret::new(format!("{what}, {encoding:?}"));
        let typed = secret.typed.clone();
        self.secrets.push(secret);
        typed
    }

    /// The passwords of which the memory of the program holds a part.
    fn found(&self) -> BTreeSet<&str> {
        let mut found = BTreeSet::new();
        for_each_mapping(self.program.id(), |text| {
            if text.contains(MARK) {
                let held = |secret: &&Secret| secret.parts.iter().any(|part| text.contains(part));
                found.extend(self.secrets.iter().filter(held).map(|secret| secret.what.as_str()));
            }
        });
        found
    }

    /// Waits until the program has this many connections.
    async fn connections_are(&self, count: usize) {
        let client = self.program.metrics_client();
        let line = format!("\ndoorward_connections_open {count}\n");
        while !send(client.get("/metrics")).await.body.contains(&line) {}
    }
}

/// Shows each readable mapping of the process as text; bytes that are not UTF-8 are replaced.
fn for_each_mapping(process: u32, mut look: impl FnMut(&str)) {
    let mut memory = File::open(format!("/proc/{process}/mem")).expect("memory that can be read");
    let maps = fs::read_to_string(format!("/proc/{process}/maps")).expect("a list of mappings");
    for line in maps.lines() {
        // Pages of the kernel: they hold its clock, and cannot be read here.
        if line.contains("[vvar")
            || line.contains("[vsyscall]")
            || line.split(' ').nth(1).is_none_or(|mode| !mode.starts_with('r'))
        {
            continue;
        }
        let (start, end) = line.split(' ').next().and_then(|range| range.split_once('-')).expect("a range");
        let address = |text| u64::from_str_radix(text, 16).expect("an address");
        let (start, end) = (address(start), address(end));
        memory.seek(SeekFrom::Start(start)).expect("an address");
        let mut bytes = Vec::new();
        (&memory).take(end - start).read_to_end(&mut bytes).unwrap_or_else(|error| panic!("{line}: {error}"));
        look(&String::from_utf8_lossy(&bytes));
    }
}

/// Whether this machine lets a process read the memory of its children.
fn can_read_memory(process: u32) -> bool {
    let read = File::open(format!("/proc/{process}/mem"));
    if let Err(error) = &read {
        // Not `eprintln!`, which the test harness captures.
        let _ = writeln!(io::stderr(), "\n*** {error}: that memory holds no passwords was NOT tested. ***\n");
    }
    read.is_ok()
}

/// Sends a form, and asserts whether it is taken.
async fn submit(
    client: &Client,
    path: &str,
    encoding: Encoding,
    fields: &[(&str, &str)],
    token: &str,
    taken: bool,
) -> Reply {
    let reply = send(client.submit(path, encoding, fields).header("cookie", cookie(token))).await;
    assert_eq!(reply.status.as_u16() < 400, taken, "{path}, {encoding:?}: {}", reply.body);
    reply
}

impl Sent {
    /// Uses every form that takes a password, and ends with an account that has the last one.
    async fn use_forms(&mut self, username: &str, encoding: Encoding) {
        let client = self.program.client();
        let first = self.secret("sign-up", encoding);
        let wrong = self.secret("refused", encoding);
        let by_change = self.secret("password change", encoding);
        let by_recovery = self.secret("recovery", encoding);
        let fields = [("username", username), ("password", &first)];
        let token = submit(&client, "/api/signup", encoding, &fields, "", true).await.cookie_value().expect("a cookie");
        submit(&client, "/api/signup", encoding, &fields, "", false).await;
        submit(&client, "/api/login", encoding, &fields, "", true).await;
        submit(&client, "/api/login", encoding, &[("username", username), ("password", &wrong)], "", false).await;

        let change = [("currentPassword", first.as_str()), ("newPassword", &by_change)];
        submit(&client, "/api/password", encoding, &change, "", false).await;
        let token =
            submit(&client, "/api/password", encoding, &change, &token, true).await.cookie_value().unwrap_or(token);
        submit(&client, "/api/password", encoding, &change, &token, false).await;

        submit(&client, "/api/recovery-codes", encoding, &[("password", &wrong)], &token, false).await;
        submit(&client, "/api/recovery-codes", encoding, &[("password", &by_change)], &token, true).await;
        let codes =
            submit(&client, "/api/recovery-codes", Encoding::Json, &[("password", &by_change)], &token, true).await;
        let codes = codes.json();
        let recovery = |code| [("username", username), ("code", code), ("newPassword", by_recovery.as_str())];
        submit(&client, "/api/recover", encoding, &recovery("0000-0000-0000-0000"), "", false).await;
        let code = codes["codes"][0].as_str().expect("a code");
        let token = submit(&client, "/api/recover", encoding, &recovery(code), "", true)
            .await
            .cookie_value()
            .expect("a cookie");
        submit(&client, "/api/account/delete", encoding, &[("password", &wrong)], &token, false).await;
        submit(&client, "/api/account/delete", encoding, &[("password", &by_recovery)], &token, true).await;
    }

    /// Sends passwords where they are not expected.
    async fn send_in_vain(&mut self) {
        let client = self.program.client();
        for encoding in Encoding::ALL {
            let unread = self.secret("sent to no form", encoding);
            submit(&client, "/api/log-in", encoding, &[("password", &unread)], "", false).await;
            let fields = [("password", unread.as_str())];
            let cross_origin = client.submit("/api/login", encoding, &fields).header("origin", "https://evil.example");
            assert_eq!(send(cross_origin).await.status, StatusCode::FORBIDDEN);
        }
        for (what, path, content_type) in [
            ("broken JSON", "/api/login", "application/json"),
            ("broken escapes", "/api/login", "application/x-www-form-urlencoded"),
            ("a multipart body without an end", "/api/login", "multipart/form-data; boundary=b"),
            ("of a type without fields", "/api/login", "text/plain"),
            ("too large", "/api/login", "application/json"),
        ] {
            let typed = self.secret(what, Encoding::Json);
            let body = match content_type {
                "multipart/form-data; boundary=b" => {
                    format!("--b\r\nContent-Disposition: form-data; name=password\r\n\r\n{typed}\r\n")
                }
                _ if what == "too large" => {
                    format!("{{\"password\": \"{typed}\", \"next\": \"{}\"}}", "x".repeat(1 << 20))
                }
                _ => format!("{{\"password\": \"{typed}\", %"),
            };
            let reply = send(client.post(path).header("content-type", content_type).body(body)).await;
            assert!(reply.status.is_client_error(), "{what}: {}", reply.body);
        }
    }

    /// Sends a password in chunks, and another behind it on the same connection.
    async fn send_in_pieces(&mut self) {
        const HEAD: &str = "POST /api/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n";
        let (chunked, next) = (Secret::new("in chunks"), Secret::new("behind another request"));
        let [a, b, c, d] = &chunked.parts;
        let chunks: String = ["username=", "chunky&pass", "word=", a, b, c, d]
            .map(|chunk| format!("{:x}\r\n{chunk}\r\n", chunk.len()))
            .concat();
        let [a, ..] = &next.parts;
        let raw = format!(
            "{HEAD}Transfer-Encoding: chunked\r\n\r\n{chunks}0\r\n\r\n\
             {HEAD}Connection: close\r\nContent-Length: {}\r\n\r\nusername=chunky&password={a}",
            "username=chunky&password=".len() + a.len()
        );
        let answers = self.program.client().raw(raw.as_bytes()).await;
        assert_eq!(answers.matches("incorrect_credentials").count(), 2, "{answers}");
        self.secrets.extend([chunked, next]);
    }
}

#[tokio::test]
async fn memory_holds_no_password_once_its_connection_has_ended() {
    let flags = ["--metrics-listen=127.0.0.1:0", "--throttle=off"];
    let program = Program::start_in(tempfile::tempdir().expect("a folder"), &flags, &[]).await;
    if !can_read_memory(program.id()) {
        return;
    }
    let mut sent = Sent { program, secrets: vec![] };
    for encoding in Encoding::ALL {
        sent.use_forms(&format!("typist-{encoding:?}"), encoding).await;
    }
    sent.send_in_vain().await;
    sent.send_in_pieces().await;

    // A connection that is kept holds the last password until its next request.
    let client = sent.program.client();
    for encoding in Encoding::ALL {
        let kept = sent.secret("on a kept connection", encoding);
        submit(&client, "/api/login", encoding, &[("username", "typist"), ("password", &kept)], "", false).await;
    }
    assert_eq!(send(client.get("/health/live")).await.status, StatusCode::OK);
    sent.connections_are(1).await;
    assert_eq!(sent.found(), BTreeSet::new(), "with one connection left");
    drop(client);
    sent.connections_are(0).await;
    assert_eq!(sent.found(), BTreeSet::new());

    let mut saw_a_username = false;
    for_each_mapping(sent.program.id(), |text| saw_a_username |= text.contains("typist-multipart"));
    assert!(saw_a_username, "the memory was read: names of users are in it");
}
