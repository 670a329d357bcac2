//! Files of one JSON object a line.

use reqwest::StatusCode;

use super::program::{export, fixture, json, report, run, text, totals};
use crate::storage::places::Place;
use crate::support::server::TestServer;

pub async fn each_bad_line_has_its_reason(place: Place) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("report.csv");
    let (from, report_path) = (fixture("bad.ndjson"), path.display().to_string());
    let output = run(&place, &["import", "ndjson", "--from", &from, "--report", &report_path]).await;
    assert_eq!(output.status.code(), Some(65), "{}", text(&output.stderr));
    let shown = format!("{}{}", text(&output.stdout), text(&output.stderr));
    assert!(!shown.contains("hunter2") && !shown.contains("$2b$") && !shown.contains("abc123"), "{shown}");
    let mut found: Vec<_> = report(&path).into_iter().map(|row| (row[2].clone(), row[3].clone())).collect();
    found.retain(|(_, reason)| reason != "username_not_allowed_today");
    found.sort();
    let mut expected: Vec<_> = json("bad.json")
        .as_array()
        .expect("lines")
        .iter()
        .map(|line| (format!("line {}", line["line"]), line["reason"].as_str().expect("a reason").to_owned()))
        .collect();
    expected.sort();
    assert_eq!(found, expected);
}

pub async fn a_good_file_is_imported_whole(place: Place) {
    let from = fixture("good.ndjson");
    let found = totals(&place, &["import", "ndjson", "--from", &from]).await;
    assert_eq!((found["users"].as_u64(), found["keys"].as_u64()), (Some(3), Some(4)), "{found}");
    let before = export(&place).await;
    let again = totals(&place, &["import", "ndjson", "--from", &from]).await;
    assert_eq!((again["users"].as_u64(), again["alreadyImported"].as_u64()), (Some(0), Some(3)), "{again}");
    assert_eq!(export(&place).await, before);

    let server = TestServer::start(place).await;
    let client = server.client();
    let described = json("good.json");
    for name in ["alice", "minimal"] {
        let password = described[name]["password"].as_str().expect("a password");
        assert!(client.log_in(name, password).await.is_some(), "{name}");
        assert!(client.log_in(name, password).await.is_some(), "{name}, a second time");
    }
    let reply = client.session(described["alice"]["cookie"].as_str().expect("a cookie")).await;
    assert_eq!((reply.status, &reply.json()["user"]["userId"]), (StatusCode::OK, &"d24zrk7bebggjx1".into()));
    assert_eq!(reply.json()["user"]["attributes"]["seats"][1].as_f64(), Some(2.5));
    assert_eq!(server.place.count("recovery_codes").await, 1);
}
