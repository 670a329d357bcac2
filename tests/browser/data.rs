//! The download of a user's data from the account page.

use std::time::Duration;

use serde_json::Value;

use crate::storage::places;
use crate::support::browser::Browser;
use crate::support::server::TestServer;

pub async fn the_link_on_the_account_page_downloads_a_file(browser: &Browser) {
    let server = TestServer::start(places::sqlite().await.expect("SQLite is everywhere")).await;
    let folder = tempfile::tempdir().expect("a folder");
    browser.download_into(folder.path()).await;
    browser.visit(&server, "/signup").await;
    browser.fill(&[("username", "Zoë 日本"), ("password", "correct horse")]).await;
    browser.submit().await;
    browser.visit(&server, "/account").await;
    browser.click("a[href='/api/account/data']").await;

    // The browser writes to a file of another name and moves it here; an empty one holds the place.
    let file = folder.path().join("doorward-Zo____.json");
    let arrived = async {
        while std::fs::metadata(&file).map_or(0, |metadata| metadata.len()) == 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), arrived).await.expect("a file");
    let data: Value = serde_json::from_slice(&std::fs::read(&file).expect("a file")).expect("JSON");
    assert_eq!(data["user"]["username"], "Zoë 日本");
    assert_eq!((browser.location().await.as_str(), browser.heading().await.as_str()), ("/account", "Zoë 日本"));
    assert_eq!(browser.complaints().await, [""; 0]);
}
