//! The texts of the pages in each language, from `texts/*.ftl` (Project Fluent), and the choice of a reader's language. The
//! JSON of the API is always English.

use std::fmt;
use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use poem::http::{HeaderMap, header};

/// A language that the pages are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// English, the default for readers who ask for no known language.
    English,
    /// German.
    German,
    /// French.
    French,
    /// Spanish.
    Spanish,
    /// Portuguese, in the Brazilian form where the forms differ.
    Portuguese,
    /// Dutch.
    Dutch,
}

impl Language {
    /// Every language.
    pub const ALL: [Self; 6] =
        [Self::English, Self::German, Self::French, Self::Spanish, Self::Portuguese, Self::Dutch];

    /// The language's tag (RFC 5646).
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
            Self::French => "fr",
            Self::Spanish => "es",
            Self::Portuguese => "pt",
            Self::Dutch => "nl",
        }
    }

    /// The language with this tag or its primary subtag: `de-AT` is German.
    fn of_tag(tag: &str) -> Option<Self> {
        let primary = tag.split('-').next().unwrap_or_default();
        Self::ALL.into_iter().find(|language| language.tag().eq_ignore_ascii_case(primary))
    }

    /// The known language that a reader prefers (`Accept-Language`, RFC 9110, 12.5.4).
    pub(crate) fn preferred(headers: &HeaderMap) -> Self {
        let ranges = headers.get_all(header::ACCEPT_LANGUAGE).iter().filter_map(|value| value.to_str().ok());
        let weighed = ranges.flat_map(|value| value.split(',')).filter_map(|range| {
            let (tag, weight) = range.split_once(';').unwrap_or((range, "q=1"));
            let weight: f32 = weight.trim().strip_prefix(['q', 'Q'])?.strip_prefix('=')?.parse().ok()?;
            Some((Self::of_tag(tag.trim())?, weight)).filter(|(_, weight)| *weight > 0.0)
        });
        // Of two languages with equal weights the first counts.
        let best = weighed.reduce(|best, next| if next.1 > best.1 { next } else { best });
        best.map_or(Self::English, |(language, _)| language)
    }

    /// The messages in this language.
    pub(crate) fn texts(self) -> &'static Texts {
        &TEXTS[self as usize]
    }

    fn source(self) -> &'static str {
        match self {
            Self::English => include_str!("../texts/en.ftl"),
            Self::German => include_str!("../texts/de.ftl"),
            Self::French => include_str!("../texts/fr.ftl"),
            Self::Spanish => include_str!("../texts/es.ftl"),
            Self::Portuguese => include_str!("../texts/pt.ftl"),
            Self::Dutch => include_str!("../texts/nl.ftl"),
        }
    }
}

static TEXTS: LazyLock<[Texts; Language::ALL.len()]> = LazyLock::new(|| Language::ALL.map(Texts::new));

/// A message before it is written in a language: its id and the values of its variables.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    id: &'static str,
    values: Vec<(&'static str, Value)>,
}

/// The value of a variable. Fluent's own type cannot be shared between threads.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Text(String),
    /// A number, which selects the plural form of the message.
    Count(u64),
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<u64> for Value {
    fn from(count: u64) -> Self {
        Self::Count(count)
    }
}

impl From<usize> for Value {
    fn from(count: usize) -> Self {
        Self::Count(count as u64)
    }
}

impl<'a> From<&'a Value> for FluentValue<'a> {
    fn from(value: &'a Value) -> Self {
        match value {
            Value::Text(text) => text.as_str().into(),
            Value::Count(count) => (*count).into(),
        }
    }
}

impl Message {
    pub(crate) fn new(id: &'static str) -> Self {
        Self { id, values: vec![] }
    }

    /// The same with the value of a variable.
    pub(crate) fn with(mut self, variable: &'static str, value: impl Into<Value>) -> Self {
        self.values.push((variable, value.into()));
        self
    }
}

/// The messages of one language.
pub(crate) struct Texts {
    language: Language,
    bundle: FluentBundle<FluentResource>,
}

impl Texts {
    fn new(language: Language) -> Self {
        let resource =
            FluentResource::try_new(language.source().to_owned()).expect("the texts of the program are in order");
        let mut bundle = FluentBundle::new_concurrent(vec![language.tag().parse().expect("a tag of a language")]);
        // Without isolation marks: people would copy them together with the value.
        bundle.set_use_isolating(false);
        bundle.add_resource(resource).expect("every message stands once");
        Self { language, bundle }
    }

    /// The tag of the language, for the page's `lang`.
    pub(crate) fn tag(&self) -> &'static str {
        self.language.tag()
    }

    /// A message without variables.
    pub(crate) fn say(&self, id: &'static str) -> String {
        self.write(id, None, &[])
    }

    /// A message with one variable.
    pub(crate) fn with(&self, id: &'static str, variable: &'static str, value: impl fmt::Display) -> String {
        self.write(id, None, &[(variable, value.to_string().into())])
    }

    /// A message with its variables.
    pub(crate) fn message(&self, message: &Message) -> String {
        self.write(message.id, None, &message.values)
    }

    /// The sentence for a problem, by its code in the API.
    pub(crate) fn problem(&self, code: &'static str) -> String {
        self.write(code, None, &[])
    }

    /// The heading of a problem's page: its title where it has one, else its sentence.
    pub(crate) fn title(&self, code: &'static str) -> String {
        let has_title = self.bundle.get_message(code).is_some_and(|message| message.get_attribute("title").is_some());
        self.write(code, has_title.then_some("title"), &[])
    }

    /// The advice for a problem, by its code in the API.
    pub(crate) fn advice(&self, code: &'static str) -> String {
        self.write(code, Some("advice"), &[])
    }

    /// Writes a message in this language. A missing message is written as its id; a test shows that none is missing.
    fn write(&self, id: &'static str, attribute: Option<&str>, values: &[(&'static str, Value)]) -> String {
        let message = self.bundle.get_message(id);
        let pattern = message.and_then(|message| match attribute {
            Some(name) => message.get_attribute(name).map(|attribute| attribute.value()),
            None => message.value(),
        });
        let Some(pattern) = pattern else { return id.to_owned() };
        let values: FluentArgs<'_> = values.iter().map(|(name, value)| (*name, value)).collect();
        // Where a variable is missing, Fluent writes its name.
        self.bundle.format_pattern(pattern, Some(&values), &mut vec![]).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::path::Path;

    use super::*;
    use crate::response::problem::ProblemKind;

    /// The messages of a language with their attributes, and the variables of each.
    fn messages(language: Language) -> BTreeMap<String, BTreeSet<&'static str>> {
        let mut messages = BTreeMap::<String, BTreeSet<_>>::new();
        let mut message = "";
        let mut current = String::new();
        for line in language.source().lines().filter(|line| !line.starts_with('#')) {
            if let Some((id, _)) = line.split_once(" =").filter(|_| !line.starts_with(' ')) {
                (message, current) = (id, id.to_owned());
            } else if let Some((attribute, _)) = line.trim().split_once(" =").filter(|_| line.trim().starts_with('.')) {
                current = format!("{message}{attribute}");
            }
            let is_name = |c: char| c.is_ascii_alphanumeric() || c == '-';
            let variables = line.split('$').skip(1).map(|rest| rest.split(|c| !is_name(c)).next().expect("a name"));
            messages.entry(current.clone()).or_default().extend(variables);
        }
        messages.remove("");
        messages
    }

    /// Every quoted text that follows this in the code and the templates.
    fn names_after(what: &str) -> BTreeSet<String> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut folders = vec![root.join("src"), root.join("templates")];
        let mut names = BTreeSet::new();
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).expect("a folder of the crate") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let text = std::fs::read_to_string(path).expect("a text");
                    names.extend(text.split(what).skip(1).filter_map(|rest| Some(rest.split_once('"')?.0.to_owned())));
                }
            }
        }
        names
    }

    #[test]
    fn every_language_has_every_message_with_the_same_variables() {
        let english = messages(Language::English);
        assert!(english.len() > 50, "{}", english.len());
        for language in Language::ALL {
            assert_eq!(messages(language), english, "{language:?}");
        }
    }

    #[test]
    fn every_message_in_use_exists_and_no_other_does() {
        let mut asked: BTreeSet<String> =
            ["say(\"", "with(\"", "Message::new(\""].into_iter().flat_map(names_after).collect();
        let known: BTreeSet<String> = messages(Language::English).into_keys().collect();
        asked.extend(ProblemKind::ALL.map(|kind| kind.code().to_owned()));
        asked.extend(ProblemKind::ALL.map(|kind| format!("{}.advice", kind.code())));
        asked.extend(ProblemKind::ALL.map(|kind| format!("{}.title", kind.code())));
        // `with` names variables as well as messages.
        let is_message = |name: &String| known.contains(name);
        let missing: Vec<_> =
            ["say(\"", "Message::new(\""].into_iter().flat_map(names_after).filter(|name| !is_message(name)).collect();
        assert_eq!(missing, [""; 0]);
        let unused: Vec<_> = known.difference(&asked).collect();
        assert_eq!(unused, [""; 0]);
    }

    #[test]
    fn english_pages_use_the_problem_sentences_of_the_api() {
        /// Only the admin API has these, and it has no pages.
        const WITHOUT_PAGE: [ProblemKind; 5] = [
            ProblemKind::InvalidUserId,
            ProblemKind::InvalidKeyId,
            ProblemKind::InvalidAttributes,
            ProblemKind::UserIdTaken,
            ProblemKind::KeyTaken,
        ];
        for kind in ProblemKind::ALL.into_iter().filter(|kind| !WITHOUT_PAGE.contains(kind)) {
            assert_eq!(Language::English.texts().problem(kind.code()), kind.sentence());
        }
    }

    #[test]
    fn the_preferred_known_language_is_used_and_english_otherwise() {
        let preferred = |values: &[&str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(header::ACCEPT_LANGUAGE, value.parse().expect("a header value"));
            }
            Language::preferred(&headers)
        };
        for german in [
            "de",
            "DE-at",
            "en;Q=0.3, de;Q=0.4",
            "de-DE,de;q=0.9,en;q=0.8",
            "ja, de;q=0.2, en;q=0.1",
            "en;q=0, de;q=0.001",
        ] {
            assert_eq!(preferred(&[german]), Language::German, "{german}");
        }
        assert_eq!(preferred(&["en;q=0.3", "de;q=0.4"]), Language::German);
        for language in Language::ALL {
            let region = format!("{}-ZZ, xx;q=0.5", language.tag());
            assert_eq!(preferred(&[&region]), language, "{region}");
        }
        for english in ["en-GB, de", "ja", "*", "", "de;q=0", "de;q=NaN", "de;q=", "den", ";;,,=", "de;q=-1"] {
            assert_eq!(preferred(&[english]), Language::English, "{english}");
        }
    }

    #[test]
    fn values_are_written_into_messages_unchanged() {
        let message = Message::new("wait-seconds").with("seconds", 1_u64);
        assert_eq!(Language::English.texts().message(&message), "Wait a second, then try again.");
        let message = Message::new("wait-seconds").with("seconds", 12_u64);
        assert_eq!(
            Language::German.texts().message(&message),
            "Warten Sie 12 Sekunden und versuchen Sie es dann noch einmal."
        );
        assert_eq!(
            Language::English.texts().with("username-is", "name", "{ $id } \u{5d0}"),
            "Username: { $id } \u{5d0}"
        );
    }

    #[test]
    fn a_singular_that_a_language_has_for_nought_too_names_the_number() {
        for (left, french, portuguese) in
            [(0_u64, "0 code ", "0 código "), (1, "1 code ", "1 código "), (2, "2 codes ", "2 de 10 códigos ")]
        {
            let message = Message::new("codes-few").with("left", left).with("of", 10_u64);
            for (language, words) in [(Language::French, french), (Language::Portuguese, portuguese)] {
                let text = language.texts().message(&message);
                assert!(text.contains(words), "{text}");
            }
        }
    }
}
