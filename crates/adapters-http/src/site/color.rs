//! The operator's colour: unchanged on buttons, whose text is black or white, and darkened or lightened for links until they
//! are readable on the light and the dark background.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// A colour of sRGB, as CSS writes it: `#rrggbb` or `#rgb`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Color([u8; 3]);

/// The text is not a colour.
#[derive(Debug, PartialEq, Eq, Error)]
#[error("a colour is written #rrggbb or #rgb")]
pub struct InvalidColor;

impl Color {
    const BLACK: Self = Self([0; 3]);
    const WHITE: Self = Self([255; 3]);

    /// The background of links in the light and the dark scheme of the stylesheet (`--card`).
    const LIGHT_CARD: Self = Self::WHITE;
    const DARK_CARD: Self = Self([0x1d, 0x25, 0x22]);

    /// The least contrast of text with its background (WCAG 2.2, 1.4.3).
    const LEAST_CONTRAST: f64 = 4.5;

    /// How much further the colour moves for an element under the pointer.
    const POINTED_AT: f64 = 0.2;

    /// The custom properties that override colours of the stylesheet.
    pub(crate) fn style(self) -> String {
        let properties = |card, end| {
            let accent = self.readable_on(card, end);
            let strong = accent.mixed(end, Self::POINTED_AT);
            let on_accent = accent.text();
            format!(":root {{ --accent: {accent}; --accent-strong: {strong}; --on-accent: {on_accent}; }}")
        };
        let text = self.text();
        // Away from the text, so that it stays readable.
        let strong = self.mixed(text.opposite(), Self::POINTED_AT);
        format!(
            "\n:root {{ --button: {self}; --button-strong: {strong}; --on-button: {text}; }}\n{}\n@media (prefers-color-scheme: dark) {{ {} }}\n",
            properties(Self::LIGHT_CARD, Self::BLACK),
            properties(Self::DARK_CARD, Self::WHITE)
        )
    }

    /// The colour of text on this one: of black and white the one with more contrast.
    fn text(self) -> Self {
        if self.contrast(Self::BLACK) >= self.contrast(Self::WHITE) { Self::BLACK } else { Self::WHITE }
    }

    /// Black for white, and white for black.
    fn opposite(self) -> Self {
        if self == Self::BLACK { Self::WHITE } else { Self::BLACK }
    }

    /// The colour nearest to this one, on the way to `end`, that is readable on `ground`.
    fn readable_on(self, ground: Self, end: Self) -> Self {
        let steps = (0..=100).map(|percent| self.mixed(end, f64::from(percent) / 100.0));
        steps.into_iter().find(|color| color.contrast(ground) >= Self::LEAST_CONTRAST).unwrap_or(end)
    }

    fn mixed(self, other: Self, share: f64) -> Self {
        let mix = |a: u8, b: u8| f64::from(a).mul_add(1.0 - share, f64::from(b) * share).round();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between two bytes lies a byte")]
        Self(std::array::from_fn(|channel| mix(self.0[channel], other.0[channel]) as u8))
    }

    /// The contrast of two colours, from 1 to 21 (WCAG 2.2, "contrast ratio").
    fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// WCAG 2.2, "relative luminance".
    fn luminance(self) -> f64 {
        let [red, green, blue] = self.0.map(|channel| {
            let channel = f64::from(channel) / 255.0;
            if channel <= 0.04045 { channel / 12.92 } else { ((channel + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }
}

impl FromStr for Color {
    type Err = InvalidColor;

    fn from_str(text: &str) -> Result<Self, InvalidColor> {
        let digits = text.strip_prefix('#').ok_or(InvalidColor)?;
        let digits: Vec<u8> =
            digits.chars().map_while(|c| c.to_digit(16)).filter_map(|digit| digit.try_into().ok()).collect();
        match *digits.as_slice() {
            _ if digits.len() + 1 != text.len() => Err(InvalidColor),
            [r, g, b] => Ok(Self([r * 17, g * 17, b * 17])),
            [r, r2, g, g2, b, b2] => Ok(Self([r * 16 + r2, g * 16 + g2, b * 16 + b2])),
            _ => Err(InvalidColor),
        }
    }
}

impl fmt::Display for Color {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_read_as_css_writes_them() {
        assert_eq!("#0b5fff".parse(), Ok(Color([0x0b, 0x5f, 0xff])));
        assert_eq!("#FA0".parse(), Ok(Color([0xff, 0xaa, 0x00])));
        for bad in ["", "#", "0b5fff", "#0b5ff", "#0b5fff0", "#0b5ffg", "red", "#ééé", "# 12", "#0b5fff;}"] {
            assert_eq!(bad.parse::<Color>(), Err(InvalidColor), "{bad}");
        }
    }

    #[test]
    fn every_colour_is_made_readable_on_both_grounds() {
        for (red, green, blue) in (0..=255)
            .step_by(51)
            .flat_map(|r| (0..=255).step_by(51).flat_map(move |g| (0..=255).step_by(51).map(move |b| (r, g, b))))
        {
            let color = Color([red, green, blue]);
            for (card, end) in [(Color::LIGHT_CARD, Color::BLACK), (Color::DARK_CARD, Color::WHITE)] {
                let readable = color.readable_on(card, end);
                assert!(readable.contrast(card) >= Color::LEAST_CONTRAST, "{color} on {card} became {readable}");
                assert!(readable.contrast(readable.text()) >= Color::LEAST_CONTRAST, "{readable}");
            }
            let strong = color.mixed(color.text().opposite(), Color::POINTED_AT);
            for ground in [color, strong] {
                assert!(ground.contrast(color.text()) >= Color::LEAST_CONTRAST, "text on {ground}");
            }
        }
    }

    #[test]
    fn a_button_keeps_the_colour_of_the_brand() {
        let yellow: Color = "#ffd500".parse().expect("a colour");
        let style = yellow.style();
        assert_eq!(style.matches("--button: #ffd500;").count(), 1, "{style}");
        assert!(style.contains("--on-button: #000000;"), "{style}");
    }

    #[test]
    fn a_colour_that_can_be_read_stays_as_it_is() {
        let color = Color([0x0b, 0x5f, 0xff]);
        assert_eq!(color.readable_on(Color::LIGHT_CARD, Color::BLACK), color);
        assert!((Color::BLACK.contrast(Color::WHITE) - 21.0).abs() < 1e-9);
    }
}
