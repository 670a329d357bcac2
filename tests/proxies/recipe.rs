//! The configurations of `docs/proxies.md`, as they are written there.

const PAGE: &str = include_str!("../../docs/proxies.md");

/// The code blocks in this language below a heading of the second level.
///
/// # Panics
/// Panics if the page has no such heading or block.
pub fn blocks(section: &str, language: &str) -> Vec<&'static str> {
    let heading = format!("\n## {section}\n");
    let (_, rest) = PAGE.split_once(&heading).unwrap_or_else(|| panic!("docs/proxies.md has no section {section:?}"));
    let (section_text, _) = rest.split_once("\n## ").unwrap_or((rest, ""));
    let fence = format!("```{language}\n");
    let blocks: Vec<_> = section_text
        .split(&fence)
        .skip(1)
        .map(|rest| rest.split_once("```").expect("the end of a code block").0)
        .collect();
    assert!(!blocks.is_empty(), "docs/proxies.md has no block of {language} in {section:?}");
    blocks
}

/// The one code block in this language below a heading.
pub fn block(section: &str, language: &str) -> &'static str {
    let blocks = blocks(section, language);
    assert_eq!(blocks.len(), 1, "blocks of {language} in {section:?}");
    blocks[0]
}

/// Doorward's settings below a heading, as flags.
pub fn flags(section: &str) -> Vec<String> {
    let lines = block(section, "sh").lines().map(|line| line.split('#').next().unwrap_or_default().trim());
    lines
        .map(|line| {
            let (variable, value) = line.split_once('=').expect("NAME=value");
            let name = variable.strip_prefix("DOORWARD_").expect("a setting").to_lowercase().replace('_', "-");
            format!("--{name}={value}")
        })
        .collect()
}

/// A configuration in which each of these texts is replaced.
///
/// # Panics
/// Panics if one of them is not there: then the page has changed, and the substitution no longer fits.
pub fn with(configuration: &str, substitutions: &[(&str, &str)]) -> String {
    substitutions.iter().fold(configuration.to_owned(), |text, (found, replacement)| {
        assert!(text.contains(found), "{found:?} is not in this block of docs/proxies.md:\n{text}");
        text.replace(found, replacement)
    })
}

#[test]
fn every_block_of_the_page_names_its_file() {
    for language in ["nginx", "caddyfile", "yaml", "haproxy", "lua"] {
        for rest in PAGE.split(&format!("```{language}\n")).skip(1) {
            let first = rest.lines().next().unwrap_or_default();
            assert!(first.starts_with("# /etc/") || first.starts_with("-- /etc/"), "{language}: {first}");
        }
    }
}

#[test]
#[should_panic(expected = "no block of apache")]
fn a_block_that_is_gone_is_noticed() {
    blocks("Forward auth", "apache");
}

#[test]
#[should_panic(expected = "is not in this block")]
fn a_substitution_that_no_longer_fits_is_noticed() {
    with(block("Forward auth", "caddyfile"), &[("10.0.0.1:8080", "127.0.0.1:1")]);
}
