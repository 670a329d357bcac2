//! Statements that run one after the other without a look at what came of each.

use crate::value::Value;

/// Some statements and their values. The less often a program and its database wait for each other, the sooner both are
/// done: where the system can take them all at once it is given them so.
#[derive(Default)]
pub(crate) struct Script<'a>(Vec<(&'static str, Vec<Value<'a>>)>);

impl<'a> Script<'a> {
    /// Adds a statement, `$1` the first of its values.
    pub(crate) fn push(&mut self, sql: &'static str, values: impl Into<Vec<Value<'a>>>) {
        self.0.push((sql, values.into()));
    }

    /// The same after another statement, which takes no values.
    pub(crate) fn after(mut self, sql: &'static str) -> Self {
        self.0.insert(0, (sql, Vec::new()));
        self
    }

    pub(crate) fn statements(&self) -> impl Iterator<Item = (&'static str, &[Value<'a>])> {
        self.0.iter().map(|(sql, values)| (*sql, values.as_slice()))
    }

    /// All of it as one text, in which `$1` is the first value of the first statement and so on, and all those values.
    pub(crate) fn joined(&self) -> (String, Vec<Value<'a>>) {
        let (mut text, mut values) = (String::new(), Vec::new());
        for (sql, own) in &self.0 {
            let mut pieces = sql.split('$');
            text.extend(pieces.next());
            for piece in pieces {
                let digits = piece.find(|it: char| !it.is_ascii_digit()).unwrap_or(piece.len());
                let number: usize = piece[..digits].parse().expect("`$` is only before the number of a value");
                text.push('$');
                text.push_str(&(values.len() + number).to_string());
                text.push_str(&piece[digits..]);
            }
            text.push_str("; ");
            values.extend_from_slice(own);
        }
        (text, values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Value::Number;

    #[test]
    fn values_are_counted_on_from_one_statement_to_the_next() {
        let mut script = Script::default();
        script.push("BEGIN", []);
        script.push("UPDATE a SET b = $2 WHERE c = $1 OR b = $2", [Number(1), Number(2)]);
        script.push("DELETE FROM a WHERE c IN ($1, $3, $2)", [Number(3), Number(4), Number(5)]);
        let (text, values) = script.joined();
        assert_eq!(text, "BEGIN; UPDATE a SET b = $2 WHERE c = $1 OR b = $2; DELETE FROM a WHERE c IN ($3, $5, $4); ");
        assert!(values.iter().zip(1..).all(|(value, expected)| matches!(value, Number(number) if *number == expected)));
        assert_eq!(values.len(), 5);
    }
}
