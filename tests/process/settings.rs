//! Settings: flags, variables, `.env`, and what is said about a wrong one.

use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;

use reqwest::StatusCode;
use rustix::process::Signal;

use super::program::{Program, command, run};
use crate::support::client::send;

#[tokio::test]
async fn help_names_every_setting_of_the_contract_that_exists() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = run(folder.path(), &["--help"], &[]).await;
    let help = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(output.status.success());
    for variable in [
        "DOORWARD_LISTEN",
        "DOORWARD_PUBLIC_URL",
        "DOORWARD_METRICS_LISTEN",
        "DOORWARD_ADMIN_LISTEN",
        "DOORWARD_ADMIN_TOKENS_FILE",
        "DATABASE_URL",
        "DATABASE_URL_FILE",
        "DOORWARD_SESSION_ACTIVE",
        "DOORWARD_SESSION_IDLE",
        "DOORWARD_SESSION_MAX",
        "DOORWARD_SESSIONS_PER_USER",
        "DOORWARD_COOKIE_NAME",
        "DOORWARD_COOKIE_DOMAIN",
        "DOORWARD_ARGON2_MEMORY_KIB",
        "DOORWARD_ARGON2_ITERATIONS",
        "DOORWARD_ARGON2_LANES",
        "DOORWARD_HASH_THREADS",
        "DOORWARD_PASSWORD_MIN",
        "DOORWARD_PASSWORD_BLOCKLIST",
        "DOORWARD_PASSWORD_WORDS",
        "DOORWARD_THROTTLE",
        "DOORWARD_TRUSTED_PROXIES",
        "DOORWARD_TRUSTED_ORIGINS",
        "DOORWARD_RETURN_ORIGINS",
        "DOORWARD_SIGNUP",
        "DOORWARD_USERNAMES",
        "DOORWARD_USERNAME_MAX",
        "DOORWARD_RESERVED_USERNAMES",
        "DOORWARD_LANGUAGE",
        "DOORWARD_SITE_NAME",
        "DOORWARD_SITE_COLOR",
        "DOORWARD_SITE_LOGO",
        "DOORWARD_LOG",
        "DOORWARD_LOG_FORMAT",
    ] {
        assert!(help.contains(variable), "{variable} in {help}");
    }
    assert!(std::fs::read_dir(folder.path()).expect("a folder").next().is_none(), "asking for help creates nothing");
    let version = run(folder.path(), &["--version"], &[]).await;
    assert_eq!(String::from_utf8(version.stdout).expect("UTF-8"), format!("doorward {}\n", env!("CARGO_PKG_VERSION")));
}

#[tokio::test]
async fn what_cannot_be_written_is_one_line_and_no_panic() {
    let program = Program::start().await;
    program.signal(Signal::TERM);
    let (_, folder, _) = program.end().await;
    for arguments in [&["--help"][..], &["--version"], &["user", "--help"], &["session", "sweep"]] {
        let full = std::fs::File::options().write(true).open("/dev/full").expect("a device that takes nothing");
        let child = command(folder.path()).args(arguments).stdout(full).stderr(Stdio::piped()).spawn();
        let output = child.expect("a program that runs").wait_with_output().await.expect("an end");
        let said = String::from_utf8(output.stderr).expect("UTF-8");
        assert_eq!((output.status.code(), said.lines().count()), (Some(1), 1), "{arguments:?}: {said}");

        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let status = command(folder.path()).args(arguments).stdout(writer).status().await.expect("an end");
        assert!(status.success(), "{arguments:?} to a reader that stops early: {status}");
    }
}

#[tokio::test]
async fn the_defaults_listen_on_loopback_and_a_local_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let help = run(folder.path(), &["--help"], &[]).await;
    let help = String::from_utf8(help.stdout).expect("UTF-8");
    let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
    for default in ["[default: 127.0.0.1:8080]", "[default: sqlite://doorward.db]"] {
        assert!(help.contains(default), "{default} in {help}");
    }
}

#[tokio::test]
async fn a_wrong_setting_stops_the_start_with_one_line_that_names_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let wrong = [
        ("DOORWARD_LISTEN", "localhost"),
        ("DOORWARD_PUBLIC_URL", "door.example"),
        ("DOORWARD_PUBLIC_URL", "https://door.example/path"),
        ("DOORWARD_METRICS_LISTEN", "9090"),
        ("DOORWARD_ADMIN_LISTEN", "8081"),
        ("DOORWARD_ADMIN_LISTEN", "127.0.0.1:8081"),
        ("DOORWARD_ADMIN_TOKENS_FILE", "no-such-file"),
        ("DOORWARD_ADMIN_TOKENS_FILE", "/dev/zero"),
        ("DATABASE_URL", "oracle://x"),
        ("DATABASE_URL", "doorward.db"),
        ("DATABASE_URL_FILE", "no-such-file"),
        ("DATABASE_URL_FILE", "/dev/zero"),
        ("DOORWARD_SESSION_ACTIVE", "soon"),
        ("DOORWARD_SESSION_IDLE", "-1d"),
        ("DOORWARD_SESSION_MAX", "0s"),
        ("DOORWARD_SESSIONS_PER_USER", "0"),
        ("DOORWARD_SESSIONS_PER_USER", "some"),
        ("DOORWARD_COOKIE_NAME", "a b"),
        ("DOORWARD_COOKIE_NAME", "__Host-auth_session"),
        ("DOORWARD_COOKIE_NAME", "__secure-auth_session"),
        ("DOORWARD_COOKIE_DOMAIN", "exa mple.com"),
        ("DOORWARD_ARGON2_MEMORY_KIB", "1"),
        ("DOORWARD_ARGON2_ITERATIONS", "many"),
        ("DOORWARD_ARGON2_ITERATIONS", "0"),
        ("DOORWARD_ARGON2_LANES", "-1"),
        ("DOORWARD_ARGON2_LANES", "99"),
        ("DOORWARD_HASH_THREADS", "0"),
        ("DOORWARD_PASSWORD_MIN", "256"),
        ("DOORWARD_PASSWORD_BLOCKLIST", "yes"),
        ("DOORWARD_PASSWORD_WORDS", "no-such-file.txt"),
        ("DOORWARD_PASSWORD_WORDS", "/dev/zero"),
        ("DOORWARD_PASSWORD_WORDS", env!("CARGO_MANIFEST_DIR")),
        ("DOORWARD_THROTTLE", "maybe"),
        ("DOORWARD_LOG", "inof"),
        ("DOORWARD_LOG", "info,wran"),
        ("DOORWARD_TRUSTED_ORIGINS", "https://*.example.com"),
        ("DOORWARD_SESSION_ACTIVE", "1ns"),
        ("DOORWARD_TRUSTED_PROXIES", "10.0.0.0/8, proxy"),
        ("DOORWARD_TRUSTED_ORIGINS", "*"),
        ("DOORWARD_RETURN_ORIGINS", "https://app.example/path"),
        ("DOORWARD_RETURN_ORIGINS", "https://*.example.com"),
        ("DOORWARD_SIGNUP", "ajar"),
        ("DOORWARD_USERNAMES", "any"),
        ("DOORWARD_USERNAME_MAX", "30"),
        ("DOORWARD_USERNAME_MAX", "255"),
        ("DOORWARD_USERNAME_MAX", "long"),
        ("DOORWARD_RESERVED_USERNAMES", "on"),
        ("DOORWARD_RESERVED_USERNAMES", "admin, boss\u{200b}"),
        ("DOORWARD_RESERVED_USERNAMES", "x".repeat(255).leak()),
        ("DOORWARD_LANGUAGE", "klingon"),
        ("DOORWARD_SITE_NAME", "W".repeat(61).leak()),
        ("DOORWARD_SITE_COLOR", "red"),
        ("DOORWARD_SITE_LOGO", "no-such-file.svg"),
        ("DOORWARD_SITE_LOGO", "/dev/zero"),
        ("DOORWARD_LOG", "loud=very"),
        ("DOORWARD_LOG_FORMAT", "xml"),
    ];
    for (variable, value) in wrong {
        let output = run(folder.path(), &[], &[(variable, value)]).await;
        let said = String::from_utf8(output.stderr).expect("UTF-8");
        assert_eq!(output.status.code(), Some(64), "{variable}={value}: {said}");
        assert_eq!(said.lines().count(), 1, "{said}");
        assert!(said.starts_with(&format!("doorward: {variable} is ")), "{said}");
        assert!(said.contains(", but must be "), "{said}");
        assert!(variable == "DATABASE_URL" || said.contains(&format!("{value:?}")), "{said}");
    }
    let misspelt = run(folder.path(), &["--usernames=acsii"], &[]).await;
    let said = String::from_utf8(misspelt.stderr).expect("UTF-8");
    let told = "must be unicode or precis or ascii; did you mean `ascii`?\n";
    assert!(misspelt.status.code() == Some(64) && said.ends_with(told), "{said}");
    for arguments in [&["--no-such-flag"][..], &["--listen"], &["serve"]] {
        let output = run(folder.path(), arguments, &[]).await;
        let said = String::from_utf8(output.stderr).expect("UTF-8");
        assert_eq!((output.status.code(), said.lines().count()), (Some(64), 1), "{said}");
    }
    assert!(std::fs::read_dir(folder.path()).expect("a folder").next().is_none(), "nothing was created");
}

#[tokio::test]
async fn no_secret_of_a_wrong_database_url_is_shown() {
    let folder = tempfile::tempdir().expect("a folder");
    for url in [
        "mysqk://user:hunter2@host/db",
        "postgres://user:hunter2@host:port/db",
        "postgres://u:hunter2@127.0.0.1:1/db",
        "hunter2@db.example/doorward",
        "user-hunter2://host/db",
    ] {
        let output = run(folder.path(), &[], &[("DATABASE_URL", url)]).await;
        let said = String::from_utf8(output.stderr).expect("UTF-8");
        assert!(!output.status.success() && said.contains("doorward: "), "{said}");
        assert!(!said.contains("hunter2"), "{said}");
    }
}

#[tokio::test]
async fn a_secret_may_be_in_a_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let secret = folder.path().join("url");
    std::fs::write(&secret, "sqlite:other.db\n").expect("a file");
    std::fs::set_permissions(&secret, std::fs::Permissions::from_mode(0o640)).expect("our file");
    let program = Program::start_in(folder, &[], &[("DATABASE_URL_FILE", "url")]).await;
    assert!(program.folder.path().join("other.db").exists(), "{:#?}", program.log);
    assert!(!program.log.join("\n").contains("chmod"), "{:#?}", program.log);

    std::fs::set_permissions(&secret, std::fs::Permissions::from_mode(0o644)).expect("our file");
    let output = run(program.folder.path(), &["--database-url-file=url", "check"], &[]).await;
    let said = String::from_utf8(output.stderr).expect("UTF-8");
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(said.contains("warning: DATABASE_URL_FILE is url, which other users"), "{said}");
}

#[tokio::test]
async fn what_is_wrong_with_the_file_of_a_secret_is_told_without_its_content() {
    let folder = tempfile::tempdir().expect("a folder");
    for (content, told) in [
        (&b"mysqk://user:hunter2@host/db"[..], "but must be a file that holds sqlite:FILE"),
        (b"hunter2", "but must be a file that holds sqlite:FILE"),
        (b"postgres://user:hunter2@host:port/db", "but must be a file that holds sqlite:FILE"),
        (b"\n", "it is empty"),
        (b"hunter2\xff", "it is not UTF-8"),
    ] {
        std::fs::write(folder.path().join("url"), content).expect("a file");
        let output = run(folder.path(), &[], &[("DATABASE_URL_FILE", "url")]).await;
        let said = String::from_utf8(output.stderr).expect("UTF-8");
        assert_eq!((output.status.code(), said.lines().count()), (Some(64), 1), "{said}");
        assert!(said.starts_with("doorward: DATABASE_URL_FILE is \"url\", but must be "), "{said}");
        assert!(said.contains(told) && !said.contains("hunter2"), "{said}");
    }
    let both = [("DATABASE_URL_FILE", "url"), ("DATABASE_URL", "postgres://user:hunter2@host/db")];
    let output = run(folder.path(), &[], &both).await;
    let said = String::from_utf8(output.stderr).expect("UTF-8");
    let told = "doorward: DATABASE_URL_FILE is \"url\", but must be unset where DATABASE_URL is set\n";
    assert_eq!((output.status.code(), said.as_str()), (Some(64), told));
}

#[tokio::test]
async fn a_flag_goes_before_a_variable_and_a_variable_before_the_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = "DOORWARD_COOKIE_NAME=from_file\nDOORWARD_SIGNUP=closed\nDOORWARD_LOG_FORMAT=json\n";
    std::fs::write(folder.path().join(".env"), file).expect("a file");
    let variables = [("DOORWARD_COOKIE_NAME", "from_variable"), ("DOORWARD_SIGNUP", "open")];
    let program = Program::start_in(folder, &["--cookie-name=from_flag"], &variables).await;
    let body = serde_json::json!({"username": "alice", "password": "correct horse"});
    let reply = send(program.client().post("/api/signup").json(&body)).await;
    assert_eq!(reply.status, StatusCode::CREATED, "the variable opens what the file closes");
    assert!(reply.set_cookie().expect("a cookie").starts_with("from_flag="));
    assert!(program.log[0].starts_with('{'), "what only the file says counts: {:?}", program.log);
}

#[tokio::test]
async fn a_dot_env_that_cannot_be_read_stops_the_start_without_showing_it() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join(".env"), "DATABASE_URL='postgres://u:hunter2@h/d\n").expect("a file");
    let output = run(folder.path(), &[], &[]).await;
    let said = String::from_utf8(output.stderr).expect("UTF-8");
    assert_eq!((output.status.code(), said.lines().count()), (Some(64), 1), "{said}");
    assert!(said.contains(".env") && !said.contains("hunter2"), "{said}");
}

#[tokio::test]
async fn a_taken_address_and_a_store_that_cannot_be_opened_are_one_line_each() {
    let taken = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    let folder = tempfile::tempdir().expect("a folder");
    for variable in ["DOORWARD_LISTEN", "DOORWARD_METRICS_LISTEN"] {
        let variables = [("DOORWARD_LISTEN", "127.0.0.1:0"), (variable, &address)];
        let output = run(folder.path(), &[], &variables).await;
        let said = String::from_utf8(output.stderr).expect("UTF-8");
        assert_eq!((output.status.code(), said.lines().count()), (Some(1), 1), "{said}");
        assert!(said.starts_with(&format!("doorward: {variable} is {address}, but that cannot be")), "{said}");
    }
    for flag in [format!("--listen={address}"), "--database-url=sqlite:///no/such/folder/doorward.db".into()] {
        let output =
            run(folder.path(), &["--listen=127.0.0.1:0", &flag][usize::from(flag.starts_with("--listen"))..], &[])
                .await;
        let said = String::from_utf8(output.stderr).expect("UTF-8");
        assert_eq!((output.status.code(), said.lines().count()), (Some(1), 1), "{said}");
    }
}

#[tokio::test]
async fn the_log_says_where_to_go_and_who_did_what_but_no_secret() {
    const SECRET: &str = "correct-horse-battery";
    for format in ["text", "json"] {
        let flags = ["--log=trace", &format!("--log-format={format}")];
        let mut program = Program::start_in(tempfile::tempdir().expect("a folder"), &flags, &[]).await;
        assert!(program.log.last().expect("a line").contains("open http://localhost:"), "{:?}", program.log);
        let client = program.client();
        let token = client.sign_up("alice", SECRET).await;
        client.log_in("alice", "typed-by-mistake").await;
        let hostile = send(client.get("/nowhere%0aERROR%1b[31m?secret=in-query").bearer_auth(&token)).await;
        assert_eq!(hostile.status, StatusCode::NOT_FOUND);
        send(client.post("/api/logout").bearer_auth(&token)).await;
        program.log_until("log_out").await;
        program.signal(Signal::TERM);
        let (_, _, log) = program.end().await;
        for line in &log {
            let is_event =
                if format == "json" { line.starts_with('{') && line.ends_with('}') } else { line.starts_with("20") };
            assert!(is_event, "one event a line: {line}");
            assert!(!line.chars().any(char::is_control), "{line:?}");
        }
        let whole = log.join("\n");
        for event in ["sign_up", "log_in_failed", "log_out"] {
            assert!(whole.contains(event), "{event} in {whole}");
        }
        for secret in [SECRET, "typed-by-mistake", &token, "in-query"] {
            assert!(!whole.contains(secret), "{secret} in {whole}");
        }
    }
}

#[tokio::test]
async fn an_empty_variable_counts_as_none() {
    let variables = [("DOORWARD_SIGNUP", ""), ("DOORWARD_PUBLIC_URL", ""), ("DOORWARD_COOKIE_NAME", "")];
    let program = Program::start_in(tempfile::tempdir().expect("a folder"), &[], &variables).await;
    assert!(program.log.last().expect("a line").contains("open http://localhost:"), "{:?}", program.log);
    program.client().sign_up("alice", "correct horse").await;
}

#[tokio::test]
async fn weak_and_vain_choices_are_warned_of_at_the_start() {
    let flags = ["--public-url=http://door.example", "--cookie-domain=other.example"];
    let variables = [
        ("DOORWARD_SINGUP", "closed"),
        ("DOORWARD_METRICS_LISTEN", "0.0.0.0:0"),
        ("DOORWARD_LOG", "info,doorward::audit=warn"),
    ];
    let program = Program::start_in(tempfile::tempdir().expect("a folder"), &flags, &variables).await;
    let log = program.log.join("\n");
    assert!(log.contains("DOORWARD_LOG leaves out `info`"), "{log}");
    let command = run(program.folder.path(), &["user", "show", "alice"], &[("DOORWARD_SINGUP", "closed")]).await;
    let said = String::from_utf8(command.stderr).expect("UTF-8");
    assert!(said.starts_with("doorward: warning: DOORWARD_SINGUP is set"), "{said}");
    assert!(said.contains("did you mean DOORWARD_SIGNUP?"), "{said}");
    assert!(log.contains("DOORWARD_SINGUP is set, but there is no such setting"), "{log}");
    assert!(log.contains("http://door.example is not within it"), "{log}");
    assert!(log.contains("WARN") && log.contains("in the clear"), "{log}");
    assert!(log.contains("DOORWARD_METRICS_LISTEN is 0.0.0.0:0, which is not loopback"), "{log}");
    assert!(log.contains("Argon2id cost is below the default"), "{log}");
}

#[tokio::test]
async fn a_hash_costs_what_the_contract_says_unless_told_otherwise() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = run(folder.path(), &["--help"], &[]).await;
    let help = String::from_utf8(output.stdout).expect("UTF-8").split_whitespace().collect::<Vec<_>>().join(" ");
    for (variable, default) in [("MEMORY_KIB", "19456"), ("ITERATIONS", "2"), ("LANES", "1")] {
        let expected = format!("[default: {default}] [env: DOORWARD_ARGON2_{variable}=]");
        assert!(help.contains(&expected), "{expected} in {help}");
    }
}

#[tokio::test]
async fn vain_settings_and_an_open_store_are_told_at_the_start() {
    let flags = [
        "--return-origins=https://app.example",
        "--trusted-proxies=0.0.0.0/0",
        "--cookie-domain=localhost",
        "--public-url=http://localhost:8080",
        "--password-blocklist=off",
        "--password-words=words.txt",
    ];
    let program = Program::start().await;
    program.signal(Signal::TERM);
    let (_, folder, log) = program.end().await;
    assert!(!log.join("\n").contains("chmod"), "a new store is private: {log:#?}");
    let file = folder.path().join("doorward.db");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).expect("our file");
    std::fs::write(folder.path().join("words.txt"), "greenfield\n").expect("our file");
    let program = Program::start_in(folder, &flags, &[]).await;
    program.signal(Signal::TERM);
    let (_, _, log) = program.end().await;
    let log = log.join("\n");
    for told in [
        "DOORWARD_RETURN_ORIGINS has https://app.example, which the session cookie does not reach",
        "DOORWARD_TRUSTED_PROXIES has every address",
        "DOORWARD_COOKIE_DOMAIN is localhost, under which anyone can register a name",
        "run chmod 600",
        "DOORWARD_PASSWORD_WORDS has no effect",
    ] {
        assert!(log.contains(told), "{told}: {log}");
    }
}
