//! The name of a device, from its `User-Agent`.

use doorward_domain::UserAgent;
use woothee::parser::Parser;
use woothee::woothee::VALUE_UNKNOWN;

use crate::texts::{Message, Texts};

/// The browser and the system of a device, or the `User-Agent` where it names neither.
pub(super) fn name(user_agent: Option<&UserAgent>, texts: &Texts) -> String {
    let Some(user_agent) = user_agent.map(UserAgent::as_str) else { return texts.say("device-unknown") };
    // woothee knows other programs by kinds only ("HTTP Library"); their `User-Agent` says more.
    let found = Parser::new().parse(user_agent).filter(|found| BROWSED_WITH.contains(&found.category));
    let known = |name: &str| !name.is_empty() && name != VALUE_UNKNOWN;
    match found.map(|found| (found.name, system(found.os))).filter(|(browser, _)| known(browser)) {
        Some((browser, system)) if known(system) => {
            texts.message(&Message::new("device").with("browser", browser).with("system", system))
        }
        Some((browser, _)) => browser.to_owned(),
        None => user_agent.to_owned(),
    }
}

/// The categories of browsers.
const BROWSED_WITH: [&str; 4] = ["pc", "smartphone", "mobilephone", "appliance"];

/// The current name of a system. Browsers no longer tell the version of Windows.
fn system(name: &str) -> &str {
    match name {
        "Mac OSX" => "macOS",
        phone if phone.starts_with("Windows Phone") => "Windows Phone",
        windows if windows.starts_with("Windows") => "Windows",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::texts::Language;

    fn called(user_agent: &str) -> String {
        name(UserAgent::parse(user_agent).as_ref(), Language::English.texts())
    }

    #[test]
    fn browsers_and_systems_have_their_common_names() {
        for (user_agent, expected) in [
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36",
                "Chrome on Windows",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0",
                "Edge on Windows",
            ),
            ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15",
                "Safari on macOS",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
                "Safari on iPhone",
            ),
            (
                "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36",
                "Chrome on Android",
            ),
            (
                "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/27.0 Chrome/125.0.0.0 Mobile Safari/537.36",
                "SamsungBrowser on Android",
            ),
            ("curl/8.5.0", "curl/8.5.0"),
            ("my app", "my app"),
            ("", "Unknown device"),
        ] {
            assert_eq!(called(user_agent), expected, "{user_agent}");
        }
    }

    proptest! {
        #[test]
        fn every_user_agent_has_a_name(user_agent in "(Mozilla/5.0 \\()?(Windows [A-Z0-9.;]{0,9}|iPhone|Android|PSP|MSIE|BlackBerry|.{0,9})[ -~\\PC]{0,60}") {
            prop_assert!(!called(&user_agent).is_empty());
        }
    }
}
